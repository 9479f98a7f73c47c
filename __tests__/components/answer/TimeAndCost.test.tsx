import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { CostCard } from "@/components/answer/CostCard";
import { TimeCard } from "@/components/answer/TimeCard";
import type { Estimate } from "@/lib/estimate/estimate";

const estimate = estimateFixture();

const EMULATED: Estimate = {
  ...estimate,
  time: null,
  noTime: {
    code: "bf16_emulated",
    reason: "T4 has no bf16 units and emulates them.",
    instead: "fp32, or amp",
    precisions: ["fp32", "amp"],
  },
  cost: [],
  noCost: "Without a time there is no cost.",
};

test("the parts of a step stand in a table whose last line is the step", () => {
  render(<TimeCard estimate={estimate} />);
  const table = screen.getByRole("table", { name: "The parts of one training step" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows.map((row) => row.textContent)).toEqual([
    "Forward both towers and the loss32 %80 ms",
    "Backward gradients of what trains60 %150 ms",
    "Optimizer adamw over the trained parameters8 %20 ms",
    "One training step estimated250 ms",
  ]);
});

test("the chain of rates marks the one that limits the run, and no other", () => {
  render(<TimeCard estimate={estimate} />);
  expect(screen.getByRole("heading", { level: 4 })).toHaveTextContent(estimate.time?.limit ?? "");
  const marked = screen.getAllByText("limits the run");
  expect(marked).toHaveLength(1);
  expect(marked[0]?.closest("tr")).toHaveTextContent("the GPU");
});

test("the whole run opens to its parts, and GPU-hours to their product", async () => {
  render(<TimeCard estimate={estimate} />);
  await userEvent.click(screen.getByText("The whole run"));
  expect(screen.getByText(/10 epochs of 313 steps/)).toBeVisible();
  await userEvent.click(screen.getByText("GPU-hours"));
  expect(screen.getByText("2 h 30 min × 1 GPU = 2.5 h.")).toBeVisible();
});

test("electricity is said to rest on the rated power, or to be unknown", () => {
  const { rerender } = render(<TimeCard estimate={estimate} />);
  expect(screen.getByText("Electricity of the cards").closest("summary")).toHaveTextContent("assumed");
  const time = estimate.time === null ? null : { ...estimate.time, gpuEnergyKilowattHours: null };
  rerender(<TimeCard estimate={{ ...estimate, time }} />);
  expect(screen.getByText("Electricity: the card's rated power is not known.")).toBeVisible();
});

test("emulated bf16 is refused with the reason, and each way out is one click", async () => {
  const onChange = jest.fn();
  render(<TimeCard estimate={EMULATED} onChange={onChange} />);
  expect(screen.getByRole("heading", { name: "No time is given for this plan" })).toBeVisible();
  expect(screen.getByText("T4 has no bf16 units and emulates them.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Use amp (mixed, fp16)" }));
  expect(onChange).toHaveBeenCalledWith("precision", "amp");
});

test("a card without rates is told what to give, with no button that would not help", () => {
  const noTime = {
    code: "no_rates",
    reason: "My card has no known time.",
    instead: "Give its bandwidth.",
    precisions: [],
  } as const;
  render(<TimeCard estimate={{ ...EMULATED, noTime }} onChange={() => {}} />);
  expect(screen.getByText("Give its bandwidth.")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});

test("an offer opens to hours, price and GPUs, with its provider's page", async () => {
  render(<CostCard estimate={estimate} />);
  expect(screen.getByText("on demand · any region · 1 November 2026 (26 days old)")).toBeVisible();
  await userEvent.click(screen.getByText("Lambda"));
  expect(screen.getByText(/2\.5 h × \$0\.50 per GPU and hour × 1 GPU =/)).toHaveTextContent("$1.25 ($1.00–$1.70)");
  expect(screen.getByRole("link", { name: "Lambda's price list" })).toHaveAttribute(
    "href",
    "https://example.org/prices",
  );
});

test("a price that is too old is flagged in words, with the reason", async () => {
  const [cost] = estimate.cost;
  if (cost?.offer == null) throw new Error("the fixture has no offer");
  const stale = { ...cost, offer: { ...cost.offer, stale: "the price is 187 days old" } };
  render(<CostCard estimate={{ ...estimate, cost: [stale] }} />);
  await userEvent.click(screen.getByText("old price"));
  expect(screen.getByText("Check before you rely on it: the price is 187 days old.")).toBeVisible();
});

test("one's own price is taken as it is typed, and emptied to be taken away", async () => {
  const onChange = jest.fn();
  render(<CostCard estimate={estimate} onChange={onChange} />);
  const field = screen.getByRole("textbox", { name: "My price, USD per GPU and hour" });
  await userEvent.type(field, "0.4");
  expect(onChange).toHaveBeenLastCalledWith("pricePerGpuHour", 0.4);
  await userEvent.clear(field);
  expect(onChange).toHaveBeenLastCalledWith("pricePerGpuHour", undefined);
});

test("without a price none is invented, and one's own can be given", () => {
  render(<CostCard estimate={{ ...estimate, cost: [], noCost: "no provider lists this card" }} onChange={() => {}} />);
  expect(screen.getByRole("heading", { name: "What it costs: no price is known" })).toBeVisible();
  expect(screen.getByText("no provider lists this card.").parentElement).toHaveTextContent("None is invented");
  expect(screen.getByRole("textbox")).toBeVisible();
});

test("without a time there is no cost", () => {
  render(<CostCard estimate={EMULATED} onChange={() => {}} />);
  expect(screen.getByRole("heading", { name: "What it costs: no time, no cost" })).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
});
