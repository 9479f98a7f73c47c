import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MACHINE } from "@/__tests__/fixtures/validation";
import { tinyRequest } from "@/__tests__/support/validation-request";
import type { CheckActions, Preview, PreviewAnswer } from "@/components/check/answers";
import { CheckForm } from "@/components/check/CheckForm";
import { GIB } from "@/lib/units";

const none = { kind: "not_predicted", why: "a fixture" } as const;

function preview(changes: Partial<Preview> = {}): Preview {
  const request = tinyRequest({ batchSizes: [1, 2] });
  const rows = request.batchSizes.map((batchSize) => ({
    batchSize,
    neededBytes: 2 * batchSize * GIB,
    predicted: {
      ...{ requestedPeakBytes: none, arenaBytes: none, stepSeconds: none },
      inUsePeakBytes: { kind: "predicted", value: batchSize * GIB } as const,
    },
  }));
  return {
    kind: "preview",
    request,
    machine: MACHINE,
    plannedPrecision: "fp32",
    freeBytes: 12 * GIB,
    earlier: null,
    seconds: { measured: null, staleCount: 0 },
    rows,
    ...changes,
  };
}

function open(answer: PreviewAnswer, actions: Partial<CheckActions> = {}) {
  return render(
    <CheckForm
      initialPlan={{ model: "ViT-B-32" }}
      initialAsked={{}}
      plannerHref="/?model=ViT-B-32"
      outline={answer}
      initialHistory={{ kind: "history", rows: [], hasMore: false }}
      initialUnit="GiB"
      actions={{
        preview: async () => answer,
        start: async () => ({ kind: "failed", message: "a test starts nothing" }),
        history: async () => ({ kind: "history", rows: [], hasMore: false }),
        ...actions,
      }}
    />,
  );
}

beforeEach(() => {
  window.history.replaceState(null, "", "/check");
  sessionStorage.clear();
});

test("before anything starts the page says what runs, where, what it proves, and when it ends at the latest", async () => {
  open(preview());
  expect(
    await screen.findByRole("heading", { level: 2, name: /^18 training steps of .+ at batches 1 and 2/ }),
  ).toBeVisible();
  expect(screen.getByText("No NVIDIA GPU was found")).toBeVisible();
  expect(screen.getByText(/It says nothing of the speed of a GPU, nor of memory in PyTorch/)).toBeVisible();
  expect(
    screen.getByText(/How long it takes is not known .+; after 1 min at the latest it ends by itself/),
  ).toBeVisible();
  expect(screen.getAllByText("fits")).toHaveLength(2);
});

test("seconds that were predicted, or an earlier check of the plan, say how long", async () => {
  const first = preview();
  const stepSeconds = { kind: "predicted", value: 2 } as const;
  const rows = (first.rows ?? []).map((row) => ({ ...row, predicted: { ...row.predicted, stepSeconds } }));
  const { unmount } = open(preview({ rows }));
  // Two batch sizes, 1 + 2 + 6 steps each, 2 s a step.
  expect(await screen.findByText(/^About 36 s of computing by prediction/)).toBeVisible();
  unmount();
  open(preview({ earlier: { batchSizes: [2, 4], repeats: 3, wallSeconds: 12 } }));
  expect(
    await screen.findByText(/^A check of the same plan took 12 s here at batches 2 and 4 with 3 timed runs of each;/),
  ).toBeVisible();
});

test("where not even the smallest batch fits nothing can be started, and the way out is said", async () => {
  open(preview({ freeBytes: GIB }));
  expect(
    await screen.findByText(/^Not even batch 1 fits: it takes 2\.00 GiB by prediction, and 1\.0 GiB are free/),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: "Start the check" })).toBeDisabled();
});

test("what keeps it from starting is said, and it can be tried again", async () => {
  open(preview(), { start: async () => ({ kind: "failed", message: "32 validations wait on this machine already." }) });
  await userEvent.click(await screen.findByRole("button", { name: "Start the check" }));
  expect(await screen.findByText("Not started: 32 validations wait on this machine already.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Start the check" })).toBeEnabled();
});

test("what was shown is what starts, with the precision of the device", async () => {
  const started = jest.fn<ReturnType<CheckActions["start"]>, Parameters<CheckActions["start"]>>(async () => ({
    kind: "failed",
    message: "a test starts nothing",
  }));
  const shown = preview({ plannedPrecision: "amp" });
  open(shown, { start: started });
  expect(await screen.findByText(/^It runs in fp32, where the plan says amp/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Start the check" }));
  expect(started.mock.calls).toEqual([[shown.request, null]]);
});

test("a server with a token asks for it once, and says when it is wrong", async () => {
  const asked: (string | null)[] = [];
  open(
    { kind: "no_access", needs: "token" },
    {
      preview: async (_question, token) => {
        asked.push(token);
        return token === "right" ? preview() : { kind: "no_access", needs: "token" };
      },
    },
  );
  await userEvent.type(await screen.findByLabelText("Token"), "wrong{Enter}");
  expect(await screen.findByText("The token that was given is not the server’s.")).toBeVisible();
  await userEvent.clear(screen.getByLabelText("Token"));
  await userEvent.type(screen.getByLabelText("Token"), "right{Enter}");
  expect(await screen.findByRole("button", { name: "Start the check" })).toBeEnabled();
  expect(asked).toEqual([null, "wrong", "right"]);
});

test("a GPU that others use is named with them, and the CPU stays a choice", async () => {
  const gpu = {
    name: "NVIDIA H100 80GB HBM3",
    driverVersion: "580.65.06",
    computeCapability: "9.0",
    memoryTotalBytes: 80 * GIB,
    memoryFreeBytes: 60 * GIB,
    otherUsers: [{ pid: 4711, name: "python", usedBytes: 20 * GIB }],
  };
  const request = { ...tinyRequest({ batchSizes: [1] }), device: "cuda" as const };
  open(preview({ request, machine: { ...MACHINE, gpu, noGpu: null } }));
  expect(
    await screen.findByText(/Others use it now \(python, process 4711\), so seconds may come out too high/),
  ).toBeVisible();
  expect(screen.getByRole("radio", { name: "NVIDIA GPU" })).toBeChecked();
  expect(screen.getByRole("radio", { name: "CPU" })).toBeEnabled();
});

test("where a GPU was chosen and there is none, the CPU is one click away and nothing else is offered", async () => {
  const request = tinyRequest({ device: "cuda" });
  open(preview({ request }));
  expect(await screen.findByRole("heading", { name: "There is no NVIDIA GPU here to run it on" })).toBeVisible();
  expect(screen.getByText(/this machine offers none: no NVIDIA driver was found/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Start the check" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Check it on the CPU" }));
  expect(await screen.findByRole("radio", { name: "CPU" })).toBeChecked();
});
