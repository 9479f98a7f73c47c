import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { OFFER } from "@/__tests__/fixtures/calibration";
import { estimateFixture, PLAN } from "@/__tests__/fixtures/estimate";
import { ROWS, recommendationFixture } from "@/__tests__/fixtures/recommendation";
import type { AskRecommendation } from "@/components/gpus/answers";
import { type Choices, choicesIn } from "@/components/gpus/choices";
import { GpuChooser } from "@/components/gpus/GpuChooser";
import type { MeasuredOffer } from "@/components/planner/measured";
import type { RecommendationRow } from "@/lib/estimate/recommendation";

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView ??= () => {};

const noAnswer: AskRecommendation = async () => {
  throw new Error("the server should not have been asked");
};

function open({
  choices = {},
  rows = ROWS,
  ask = noAnswer,
  offers = [],
}: {
  choices?: Choices;
  rows?: readonly RecommendationRow[];
  ask?: AskRecommendation;
  offers?: readonly MeasuredOffer[];
} = {}) {
  return render(
    <GpuChooser
      initialChoices={choices}
      answer={{ kind: "recommendation", plan: PLAN, recommendation: recommendationFixture(rows) }}
      initialMeasured={null}
      offers={offers}
      initialUnit="GiB"
      gpus={[
        { value: "rtx-3090", label: "NVIDIA GeForce RTX 3090", group: "NVIDIA" },
        { value: "t4-16gb", label: "NVIDIA T4", group: "NVIDIA" },
      ]}
      ask={ask}
    />,
  );
}

const lead = () => screen.getByRole("heading", { level: 2 });
const table = () => screen.getByRole("table", { name: /^GPUs for this plan/ });
const names = () =>
  within(table())
    .getAllByRole("rowheader")
    .map((cell) => cell.textContent);

beforeEach(() => window.history.replaceState(null, "", "/gpus"));

test("one sentence leads: cheapest, fastest and best value, with time, money, provider and date", () => {
  open();
  expect(lead()).toHaveTextContent(
    "Cheapest that fits: 1 × RTX 3090 — 8 h, about $2.00 at the on-demand price of 2026-05-24 by Acme Cloud",
  );
  expect(lead()).toHaveTextContent("fastest: 8 × H100 SXM5 80GB — 30 min, about $8.00");
  expect(lead()).toHaveTextContent("best value: 8 × H100 SXM5 80GB");
});

test("another goal leads the sentence, orders the table and stands in the address", async () => {
  open();
  await userEvent.click(screen.getByRole("radio", { name: "Fastest" }));
  expect(lead()).toHaveTextContent(/^Fastest: 8 × H100/);
  expect(names()[0]).toContain("8 × H100");
  expect(window.location.search).toContain("goal=fastest");
  expect(window.location.search).toContain("model=ViT-L-14");
});

test("a link restores goal, filters and order", () => {
  open({ choices: choicesIn(new URLSearchParams("goal=fastest&minMemory=40&counts=1&sort=-time")) });
  expect(screen.getByRole("radio", { name: "Fastest" })).toBeChecked();
  expect(screen.getByRole("textbox", { name: "Memory from (GiB)" })).toHaveValue("40");
  expect(screen.getByRole("checkbox", { name: "1" })).toBeChecked();
  expect(screen.getByRole("columnheader", { name: "Whole run" })).toHaveAttribute("aria-sort", "descending");
  expect(names().map((name) => name?.slice(0, 8))).toEqual(["1 × A40 ", "1 × H100", "1 × Appl"]);
});

test("filters answer without the server, and can all be taken back", async () => {
  open();
  await userEvent.click(screen.getByRole("checkbox", { name: "Apple" }));
  await waitFor(() => expect(names()).toHaveLength(1));
  await userEvent.click(screen.getByRole("button", { name: "Take every filter back" }));
  await waitFor(() => expect(names()).toHaveLength(5));
  expect(window.location.search).not.toContain("vendors");
});

test("a slip in a filter is said beside its field and leaves nothing out", async () => {
  open();
  const field = screen.getByRole("textbox", { name: "Up to, the run ($)" });
  await userEvent.type(field, "cheap");
  expect(field).toBeInvalid();
  expect(field).toHaveAccessibleDescription(expect.stringContaining("“cheap” is not a price"));
  expect(names()).toHaveLength(5);
});

test("a head sorts up, down, and back to the order of the goal, by keyboard too", async () => {
  open();
  const head = () => screen.getByRole("columnheader", { name: "Largest batch" });
  within(head()).getByRole("button").focus();
  await userEvent.keyboard("{Enter}");
  expect(head()).toHaveAttribute("aria-sort", "ascending");
  expect(names()[0]).toContain("T4");
  await userEvent.keyboard("{Enter}");
  expect(head()).toHaveAttribute("aria-sort", "descending");
  expect(names().at(-1)).toContain("T4");
  await userEvent.keyboard("{Enter}");
  expect(head()).toHaveAttribute("aria-sort", "none");
});

test("the other numbers of a card open below it, one by one or all", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Other numbers of NVIDIA H100 SXM5 80GB" }));
  expect(names().filter((name) => name?.includes("H100"))).toHaveLength(2);
  await userEvent.click(screen.getByRole("button", { name: "Every number of GPUs" }));
  expect(names()).toHaveLength(ROWS.length);
});

test("every row leads to the planner with that GPU in that number", () => {
  open({ choices: { counts: "8" } });
  const link = screen.getByRole("link", { name: "Plan with 8 × H100 SXM5 80GB" });
  expect(link).toHaveAttribute("href", expect.stringMatching(/^\/\?v=1&model=ViT-L-14.*devices=8.*gpu=h100-sxm5-80gb/));
});

test("an old price is flagged with its age, and no price and no time say why", () => {
  open();
  const row = (name: RegExp) => within(table()).getByRole("row", { name });
  expect(row(/RTX 3090/)).toHaveTextContent("$0.25/h · Acme Cloud, on-demand");
  expect(row(/RTX 3090/)).toHaveTextContent("Old price: 2026-05-24 · 187 days old");
  expect(row(/RTX 3090/)).toHaveTextContent("a card of the chapter");
  expect(row(/A40/)).toHaveTextContent("No provider's price for NVIDIA A40 48GB in this number is known.");
  expect(row(/Apple/)).toHaveTextContent("Time is modelled for PyTorch on CUDA; Apple M2 Max runs mps.");
  expect(row(/Apple/)).toHaveTextContent("as under CUDA: Metal allocates differently");
});

test("what does not fit says so in words, and which batch would", () => {
  open();
  const row = within(table()).getByRole("row", { name: /T4/ });
  expect(row).toHaveTextContent("Does not fit");
  expect(row).toHaveTextContent("1.5 GiB over 23.0 GiB");
  expect(within(row).getByRole("link", { name: "batch 24" })).toHaveAttribute(
    "href",
    expect.stringContaining("batch=24"),
  );
});

test("the server is asked which single change would do for the cards that are too small, and says it where nothing else fits", async () => {
  const asked: unknown[] = [];
  const { deviceBytes } = estimateFixture().memory;
  open({
    choices: { owned: "t4-16gb" },
    ask: async (_plan, options) => {
      asked.push(options);
      const change = {
        deviceBytes,
        savedBytes: 2 ** 31,
        verdict: "fits",
        timeChange: 0.31,
        note: "More time per step.",
      } as const;
      return {
        kind: "recommendation",
        plan: PLAN,
        recommendation: {
          ...recommendationFixture([]),
          fittingChanges: [
            {
              gpuId: "t4-16gb",
              deviceCount: 1,
              change: { ...change, id: "checkpointing", label: "Checkpoint", set: { gradCheckpointing: true } },
            },
          ],
        },
      };
    },
  });
  expect(lead()).toHaveTextContent("The plan as it stands fits none of these GPUs");
  const links = await screen.findAllByRole("link", { name: "Checkpoint" }, { timeout: 4000 });
  for (const link of links) expect(link).toHaveAttribute("href", expect.stringContaining("checkpointing=true"));
  expect(asked).toEqual([{ filter: { owned: ["t4-16gb"], deviceCounts: [1] }, changes: true }]);
});

test("cards one owns are added by searching and taken away again", async () => {
  open();
  await userEvent.click(screen.getByRole("radio", { name: "What I own" }));
  expect(lead()).toHaveTextContent("No GPU passes the filters");
  await userEvent.type(screen.getByRole("combobox", { name: "Add a card you own" }), "3090{Enter}");
  await waitFor(() => expect(lead()).toHaveTextContent("1 × RTX 3090"));
  expect(window.location.search).toContain("owned=rtx-3090");
  await userEvent.click(screen.getByRole("button", { name: "Remove NVIDIA GeForce RTX 3090" }));
  expect(lead()).toHaveTextContent("No GPU passes the filters");
});

test("the chart states its finding, is read with the arrow keys, and has its figures as a table", async () => {
  open();
  expect(screen.getByRole("heading", { name: /^From 8 h for \$2\.00 to 30 min for \$8\.00/ })).toBeVisible();
  const cursor = screen.getByRole("slider", { name: "GPUs in the chart, quickest first" });
  expect(cursor).toHaveAttribute("aria-valuetext", expect.stringMatching(/^1 × RTX 3090 8 h, \$2\.00, Acme Cloud/));
  await userEvent.click(screen.getByText("The same figures as a table"));
  const figures = await screen.findByRole("table", { name: /^Cost against time/ });
  expect(within(figures).getAllByRole("row")).toHaveLength(4);
});

test("measurements of a card are offered, mark its rows alone, go along to its planner, and can be taken back", async () => {
  const offer = { ...OFFER, gpuId: "rtx-3090", name: "NVIDIA GeForce RTX 3090", text: "rtx-3090,steps_9,spread_0.03" };
  const calibration = { gpuId: "rtx-3090", gpu: offer.name, measurementCount: 9, spread: 0.03, text: offer.text };
  const measuredRows = ROWS.map((row) => (row.gpuId === "rtx-3090" ? { ...row, isMeasured: true } : row));
  const ask: AskRecommendation = async (_plan, _options, text) => ({
    kind: "recommendation",
    plan: PLAN,
    recommendation: text === null ? recommendationFixture() : { ...recommendationFixture(measuredRows), calibration },
  });
  open({ offers: [offer], ask });
  expect(within(table()).queryByText("calibrated")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Use these measurements" }));
  expect(await screen.findByText(/^The rows of NVIDIA GeForce RTX 3090 rest on 9 steps timed on it/)).toHaveTextContent(
    "Those of every other card are as assumed, so that part of a difference may be that alone.",
  );
  const marked = within(table()).getByText("calibrated").closest("tr");
  expect(marked).toHaveTextContent("RTX 3090");
  await waitFor(() => expect(window.location.search).toContain(`&calibration=${offer.text}`));
  const link = (name: string) => within(table()).getByRole("link", { name }).getAttribute("href");
  expect(link("Plan with 1 × RTX 3090")).toContain("calibration=");
  expect(link("Plan with 1 × A40 48GB")).not.toContain("calibration=");
  await userEvent.click(screen.getByRole("checkbox", { name: "Use these measurements" }));
  await waitFor(() => expect(within(table()).queryByText("calibrated")).toBeNull());
  expect(window.location.search).toContain("calibrate=false");
});
