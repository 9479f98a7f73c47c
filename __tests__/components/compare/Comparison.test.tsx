import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { CALIBRATION, OFFER } from "@/__tests__/fixtures/calibration";
import { estimateFixture, PLAN } from "@/__tests__/fixtures/estimate";
import { Comparison } from "@/components/compare/Comparison";
import type { EstimateAnswer } from "@/components/planner/answers";
import type { MeasuredOffer } from "@/components/planner/measured";
import { isRecord, type PlanInput } from "@/components/planner/plan-input";

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView ??= () => {};

const INPUT: PlanInput = { model: "ViT-L-14", gpu: "rtx-4090" };

/** A server as the page sees it: it answers any whole batch, and refuses every other. */
async function estimate(input: unknown, calibration: string | null = null): Promise<EstimateAnswer> {
  const answer = answerTo(input);
  if (calibration === null || answer.kind !== "estimate") return answer;
  return { kind: "estimate", estimate: { ...answer.estimate, calibration: CALIBRATION } };
}

function answerTo(input: unknown): EstimateAnswer {
  const batch = isRecord(input) ? (input.perDeviceBatchSize ?? 32) : 32;
  if (typeof batch === "number" && Number.isInteger(batch)) {
    return { kind: "estimate", estimate: estimateFixture(batch) };
  }
  return { kind: "invalid", issues: [{ path: "perDeviceBatchSize", code: "number", message: `${batch} is no batch` }] };
}

function open(a: PlanInput = INPUT, b: PlanInput = INPUT, offers: readonly MeasuredOffer[] = []) {
  return render(
    <Comparison
      initial={{
        a: { input: a, measured: null, answer: answerTo(a) },
        b: { input: b, measured: null, answer: answerTo(b) },
      }}
      offers={offers}
      defaults={PLAN}
      initialUnit="GiB"
      models={[{ value: "ViT-L-14", label: "ViT-L/14", group: "CLIP" }]}
      gpus={[{ value: "rtx-4090", label: "RTX 4090", group: "NVIDIA" }]}
      estimate={estimate}
    />,
  );
}

const side = (name: "a" | "b") => {
  const card = screen.getByText(new RegExp(`^Plan ${name.toUpperCase()} ·`)).closest("section");
  if (card === null) throw new Error(`there is no card of side ${name}`);
  return within(card);
};
const batchField = () => screen.getByRole("textbox", { name: "Batch per GPU" });

beforeEach(() => window.history.replaceState(null, "", "/compare"));

test("it starts with two equal plans, and says so", () => {
  open();
  expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent("Both plans need the same memory and time");
  expect(screen.getByRole("heading", { name: /The plans are the same so far/ })).toBeVisible();
});

test("the form changes plan B; A stays, the difference is told, and the address holds both", async () => {
  open();
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "96");
  await waitFor(() => expect(side("b").getByRole("heading")).toHaveTextContent("Does not fit"));
  expect(side("a").getByRole("heading")).toHaveTextContent("Fits on");
  expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent("B does not fit where A fits");
  const fields = screen.getByRole("table", { name: "Fields that differ" });
  expect(within(fields).getByRole("row", { name: "Batch per GPU 32 96" })).toBeVisible();
  await waitFor(() => expect(window.location.search).toMatch(/^\?a=v=1[^&]*&b=v=1[^&]*batch=96/));
});

test("plan A can be changed as well, and the sides swapped", async () => {
  open(INPUT, { ...INPUT, perDeviceBatchSize: 96 });
  await userEvent.click(screen.getByRole("radio", { name: "Plan A" }));
  await userEvent.clear(batchField());
  await userEvent.type(batchField(), "16");
  await waitFor(() => expect(window.location.search).toMatch(/^\?a=v=1[^&]*batch=16/));
  await userEvent.click(screen.getByRole("button", { name: "Swap" }));
  await waitFor(() => expect(side("a").getByRole("heading")).toHaveTextContent("Does not fit"));
  expect(side("b").getByRole("heading")).toHaveTextContent("Fits on");
});

test("a side that cannot be answered says which, and leads to its field", async () => {
  open({ ...INPUT, perDeviceBatchSize: "lots" });
  expect(screen.getByRole("heading", { name: "One value keeps plan A from being answered" })).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Batch per GPU" }));
  await waitFor(() => expect(batchField()).toHaveFocus());
  expect(batchField()).toHaveValue("lots");
  expect(screen.getByRole("radio", { name: "Plan A" })).toBeChecked();
});

test("each plan leads back to its own page, and the link of both can be copied", async () => {
  const user = userEvent.setup();
  open(INPUT, { ...INPUT, perDeviceBatchSize: 64 });
  expect(screen.getByRole("link", { name: "All of plan B" })).toHaveAttribute(
    "href",
    "/?v=1&model=ViT-L-14&batch=64&gpu=rtx-4090",
  );
  await user.click(screen.getByRole("button", { name: "Share" }));
  expect(await screen.findByText("Link copied.")).toBeVisible();
  expect(await navigator.clipboard.readText()).toContain("/compare?a=v=1%26model=ViT-L-14");
});

test("one plan can rest on measurements of its card: it says so, the address keeps them, and the sides swap with them", async () => {
  open(INPUT, INPUT, [OFFER]);
  await userEvent.click(side("b").getByRole("button", { name: "Use these measurements" }));
  expect(
    await side("b").findByText(
      "Rests on 9 steps timed on NVIDIA GeForce RTX 4090: a step takes 250 ms; as assumed, 220 ms.",
    ),
  ).toBeVisible();
  expect(
    screen.getByText(/^B rests on measurements of its card and A on what is assumed of the same card/),
  ).toBeVisible();
  await waitFor(() =>
    expect(new URLSearchParams(window.location.search).get("b")).toContain(`calibration=${OFFER.text}`),
  );
  expect(new URLSearchParams(window.location.search).get("a")).not.toContain("calibration");
  expect(side("b").getByRole("link", { name: "All of plan B" })).toHaveAttribute(
    "href",
    expect.stringContaining(`&calibration=${OFFER.text}`),
  );
  await userEvent.click(screen.getByRole("button", { name: "Swap" }));
  await waitFor(() => expect(side("a").getByRole("checkbox", { name: "Use these measurements" })).toBeChecked());
  await userEvent.click(side("a").getByRole("checkbox", { name: "Use these measurements" }));
  await waitFor(() => expect(new URLSearchParams(window.location.search).get("a")).toContain("calibrate=false"));
  expect(side("a").getByText("Its figures are those that are assumed of the card.")).toBeVisible();
});
