import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { estimateFixture, PLAN } from "@/__tests__/fixtures/estimate";
import type { ChangesAnswer, EstimateAnswer, PlannerActions } from "@/components/planner/answers";
import { Planner } from "@/components/planner/Planner";
import { isRecord, type PlanInput } from "@/components/planner/plan-input";
import type { Export, ExportFormat } from "@/lib/export/exported";

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView ??= () => {};

const INPUT: PlanInput = { model: "ViT-L-14", gpu: "rtx-4090" };

/** A server as the planner sees it: it answers any whole batch, and refuses every other. */
function server(overrides: Partial<PlannerActions> = {}) {
  const asked: unknown[] = [];
  const actions: PlannerActions = {
    async estimate(input) {
      asked.push(input);
      return answerTo(input);
    },
    async changes(): Promise<ChangesAnswer> {
      const { deviceBytes } = estimateFixture().memory;
      const change = {
        deviceBytes,
        savedBytes: 2 ** 31,
        verdict: "fits",
        timeChange: 0.31,
        note: "More time per step",
      } as const;
      return {
        kind: "changes",
        changes: [{ ...change, id: "checkpointing", label: "Checkpoint", set: { gradCheckpointing: true } }],
      };
    },
    save: async () => ({ kind: "saved", id: "abc" }),
    export: async (_input, format) => ({ kind: "export", exported: exportedAs(format) }),
    ...overrides,
  };
  return { actions, asked };
}

/** As if LoRA were asked of open_clip: that form refuses, every other has a text. */
function exportedAs(format: ExportFormat): Export {
  if (format === "open_clip")
    return { ok: false, format, reasons: ["open_clip_train has no LoRA"], instead: "huggingface" };
  const file = { fileName: `plan.${format}`, mediaType: "text/plain", text: `text of ${format}` };
  return { ok: true, format, ...file, notes: ["The learning rate is a starting point."] };
}

function answerTo(input: unknown): EstimateAnswer {
  const batch = isRecord(input) ? (input.perDeviceBatchSize ?? 32) : 32;
  if (typeof batch === "number" && Number.isInteger(batch) && batch > 0) {
    const gradCheckpointing = isRecord(input) && input.gradCheckpointing === true;
    return { kind: "estimate", estimate: estimateFixture(batch, { gradCheckpointing }) };
  }
  const message = `perDeviceBatchSize ${batch} is not a whole number; try 16`;
  return {
    kind: "invalid",
    issues: [{ path: "perDeviceBatchSize", code: "number", message, suggestions: ["16"] }],
  };
}

function open(actions: PlannerActions, initialAnswer: EstimateAnswer = answerTo(INPUT), initialInput = INPUT) {
  return render(
    <Planner
      initialInput={initialInput}
      initialMeasured={null}
      offers={[]}
      initialAnswer={initialAnswer}
      defaults={PLAN}
      initialUnit="GiB"
      models={[{ value: "ViT-L-14", label: "ViT-L/14", group: "CLIP" }]}
      gpus={[{ value: "rtx-4090", label: "RTX 4090", group: "NVIDIA" }]}
      actions={actions}
    />,
  );
}

const batchField = () => screen.getByRole("textbox", { name: "Batch per GPU" });
const verdict = () => screen.getByRole("heading", { level: 2 });

beforeEach(() => window.history.replaceState(null, "", "/"));

test("the answer that came with the page is shown without asking again", () => {
  const { actions, asked } = server();
  open(actions);
  expect(verdict()).toHaveTextContent("Fits on NVIDIA GeForce RTX 4090");
  expect(asked).toEqual([]);
});

test("a changed field asks for the new plan, and the address follows the answer", async () => {
  const { actions, asked } = server();
  open(actions);
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "96");
  await waitFor(() => expect(verdict()).toHaveTextContent("Does not fit"));
  expect(asked.at(-1)).toEqual({ ...INPUT, perDeviceBatchSize: 96 });
  await waitFor(() => expect(window.location.search).toContain("batch=96"));
});

test("while one answer is under way, only the newest plan waits for the next", async () => {
  const waiting: (() => void)[] = [];
  const asked: unknown[] = [];
  const { actions } = server({
    estimate: (input) =>
      new Promise((resolve) => {
        asked.push(input);
        waiting.push(() => resolve(answerTo(input)));
      }),
  });
  open(actions);
  const slider = screen.getByRole("slider", { name: "Batch per GPU, slider" });
  slider.focus();
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "1234");
  expect(asked).toEqual([{ ...INPUT, perDeviceBatchSize: 1 }]);
  waiting.shift()?.();
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]).toEqual({ ...INPUT, perDeviceBatchSize: 1234 });
});

test("a refused value is explained beside its field while the last answer stays in sight", async () => {
  open(server().actions);
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "lots");
  await waitFor(() => expect(batchField()).toBeInvalid());
  expect(batchField()).toHaveAccessibleDescription(expect.stringContaining("lots is not a whole number"));
  expect(screen.getByRole("heading", { name: "One value keeps this from being answered" })).toBeVisible();
  expect(screen.getByRole("heading", { name: "Fits on NVIDIA GeForce RTX 4090" })).toBeVisible();
});

test("a suggested value is taken with one click", async () => {
  open(server().actions, answerTo({ perDeviceBatchSize: 0 }), { ...INPUT, perDeviceBatchSize: 0 });
  await userEvent.click(within(screen.getByRole("form", { name: "Plan" })).getByRole("button", { name: "Use 16" }));
  await waitFor(() => expect(verdict()).toHaveTextContent("Fits"));
  expect(batchField()).toHaveValue("16");
});

test("an emptied field stays empty while it is edited and shows its default afterwards", async () => {
  open(server().actions);
  await userEvent.clear(batchField());
  expect(batchField()).toHaveValue("");
  await userEvent.tab();
  expect(batchField()).toHaveValue("32");
});

test("a change of the ladder is applied to the plan with one click", async () => {
  const { actions, asked } = server();
  open(actions);
  await userEvent.click(await screen.findByRole("button", { name: "Apply: Checkpoint" }));
  await waitFor(() => expect(asked.at(-1)).toEqual({ ...INPUT, gradCheckpointing: true }));
  expect(screen.getByRole("switch", { name: "Gradient checkpointing" })).toBeChecked();
});

test("a server that cannot be reached is said, and can be asked again", async () => {
  let isDown = true;
  const { actions } = server({
    estimate: async (input) => {
      if (isDown) throw new Error("network");
      return answerTo(input);
    },
  });
  open(actions);
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "9");
  expect(await screen.findByRole("heading", { name: "No answer came" })).toBeVisible();
  isDown = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.queryByRole("heading", { name: "No answer came" })).toBeNull());
});

test("the unit is chosen once for the whole page and remembered", async () => {
  open(server().actions);
  await userEvent.click(screen.getByRole("radio", { name: "MiB" }));
  expect(document.body.textContent).not.toContain("GiB at the peak");
  expect(screen.getByText(/MiB at the peak/)).toBeVisible();
  expect(document.cookie).toContain("unit=MiB");
});

test("sharing copies the link of the plan, and saving gives the address of the snapshot", async () => {
  const user = userEvent.setup();
  open(server().actions);
  await user.click(screen.getByRole("button", { name: "Share" }));
  expect(await screen.findByText("Link copied.")).toBeVisible();
  expect(await navigator.clipboard.readText()).toContain("/?v=1&model=ViT-L-14");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("link", { name: "/p/abc" })).toHaveAttribute("href", "/p/abc");
});

test("the figures behind a chart can be read as a table", async () => {
  open(server().actions);
  const [summary] = screen.getAllByText("The same figures as a table");
  if (summary === undefined) throw new Error("there is no table");
  await userEvent.click(summary);
  const table = await screen.findByRole("table", { name: "Allocated memory through one training step" });
  expect(within(table).getAllByRole("row")).toHaveLength(estimateFixture().memory.timeline.event.length + 1);
});

test("the chart is read with the arrow keys: each moment has its exact figure", async () => {
  open(server().actions);
  const cursor = screen.getByRole("slider", { name: "Moment of the training step" });
  expect(cursor).toHaveAttribute("aria-valuetext", expect.stringMatching(/GiB allocated$/));
});

test("every field of the run and of several GPUs can be set", async () => {
  const { actions, asked } = server();
  open(actions);
  const set = async (name: string, value: string) => {
    const field = screen.getByRole("textbox", { name });
    await userEvent.clear(field);
    await userEvent.type(field, value);
  };
  await userEvent.click(screen.getByText("Data, checkpoints, price"));
  await set("Epochs between checkpoints", "2");
  await set("Average image file", "200");
  await set("Your price", "0.4");
  await userEvent.click(screen.getByText("Several GPUs"));
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Sharding" }), "zero2");
  const expected = { checkpointEveryEpochs: 2, averageImageBytes: 200_000, pricePerGpuHour: 0.4, sharding: "zero2" };
  await waitFor(() => expect(asked.at(-1)).toEqual({ ...INPUT, ...expected }));
});

test("a card of one's own can be given what a time needs", async () => {
  const { actions, asked } = server();
  open(actions, answerTo(INPUT), { ...INPUT, gpu: { name: "Mine", memoryBytes: 2 ** 34 } });
  await userEvent.type(screen.getByRole("textbox", { name: "Memory bandwidth" }), "900");
  await userEvent.type(screen.getByRole("textbox", { name: "Peak in fp16" }), "120");
  await waitFor(() =>
    expect(asked.at(-1)).toMatchObject({
      gpu: { memoryBandwidthBytesPerSecond: 900e9, peakFlopsPerSecond: { fp16: 120e12 } },
    }),
  );
});

test("a form that cannot hold the plan says why, and the one that can is a click away", async () => {
  const user = userEvent.setup();
  open(server().actions);
  await user.click(screen.getByRole("button", { name: "open_clip command" }));
  expect(await screen.findByText("open_clip_train has no LoRA.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Take the Hugging Face script instead" }));
  expect(await screen.findByText("text of huggingface")).toBeVisible();
  expect(screen.getByText("The learning rate is a starting point.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(await screen.findByText("Copied.")).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe("text of huggingface");
});

test("the button of the action bar leads to the exports, and comparing starts with a copy of the plan", async () => {
  open(server().actions);
  await userEvent.click(screen.getByRole("button", { name: "Take it with you" }));
  expect(screen.getByRole("heading", { name: "Take it with you" })).toHaveFocus();
  const href = screen.getByRole("link", { name: "Compare with…" }).getAttribute("href") ?? "";
  const sides = new URL(href, "http://localhost").searchParams;
  expect(sides.get("a")).toBe(sides.get("b"));
  expect(sides.get("a")).toContain("model=ViT-L-14");
});
