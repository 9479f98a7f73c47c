import { parseStrategyRequest } from "../../../lib/api/strategy-request-schema";
import { rankStrategies } from "../../../lib/estimate/strategy/strategy-answer";
import type { FiguresOf } from "../../../lib/estimate/strategy/strategy-effort";
import { GIB } from "../../../lib/units";
import { withoutTime, withTime } from "../../support/plan-figures";

const PLAN = { model: "ViT-B-32", classCount: 100, trainSampleCount: 400, perDeviceBatchSize: 8 };

function ask(input: object, figuresOf: FiguresOf = withoutTime) {
  const parsed = parseStrategyRequest({ plan: PLAN, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return rankStrategies(parsed.request, parsed.assumptions, figuresOf);
}

test("a ranking starts at 1, never goes back, and gives equals one place", () => {
  const { ranking } = ask({});
  let expected = 1;
  for (const [index, { place, tiedWith }] of ranking.entries()) {
    if (place !== ranking[index - 1]?.place) expected = index + 1;
    expect(place).toBe(expected);
    expect(ranking.filter((other) => other.place === place)).toHaveLength(tiedWith.length + 1);
  }
});

test("what a strategy takes is that of the same plan with that strategy, with the user's own settings for its kind", () => {
  const lora = { kind: "lora", rank: 64, targets: ["fc1"] };
  const { ranking } = ask({ plan: { ...PLAN, strategy: lora } });
  const planned = Object.fromEntries(ranking.map(({ strategy, effort }) => [strategy, effort?.planned]));
  expect(planned).toMatchObject({ lora, full: { kind: "full" }, lp_ft: { kind: "full" }, prompt: { kind: "prompt" } });
  expect(planned.zero_shot).toBeUndefined();
  const bytes = (name: string) =>
    ranking.find(({ strategy }) => strategy === name)?.effort?.memory.deviceBytes.likely ?? Number.NaN;
  expect(bytes("linear_probe")).toBeLessThan(bytes("lora"));
  expect(bytes("lora")).toBeLessThan(bytes("full"));
});

test("hours and cost are those of the plan's estimate, which is made once for each way to plan", () => {
  const asked: string[] = [];
  const { ranking, caveats } = ask({}, (parsed) => {
    asked.push(parsed.plan.strategy.kind);
    return withTime({ low: 1, likely: 2, high: 3 }, null)(parsed);
  });
  expect(asked.sort()).toEqual(["full", "linear_probe", "lora", "partial", "prompt"]);
  expect(ranking.find(({ strategy }) => strategy === "full")?.effort?.run?.totalSeconds.likely).toBe(2);
  expect(caveats.map(({ code }) => code)).not.toContain("hours_not_estimated");
  expect(ask({}).caveats.map(({ code }) => code)).toContain("hours_not_estimated");
});

test("what does not fit the card keeps its place and is not recommended", () => {
  const plan = { ...PLAN, trainSampleCount: 1_000_000, gpu: { name: "small", memoryBytes: 2.5 * GIB } };
  const { ranking, recommended, summary } = ask({ plan });
  expect(ranking[0]).toMatchObject({ place: 1, isFeasible: false });
  expect(ranking.find(({ strategy }) => strategy === recommended)?.isFeasible).toBe(true);
  expect(summary).toContain("does not fit the card");
});

test("a zero-shot accuracy gives expected accuracies where experiments reach", () => {
  const { ranking } = ask({ zeroShotAccuracy: 0.6 });
  const lora = ranking.find(({ strategy }) => strategy === "lora")?.expectedAccuracy;
  expect(lora?.likely).toBeGreaterThan(0.6);
  expect(lora?.low).toBeLessThan(lora?.likely ?? 0);
  expect(ranking.find(({ strategy }) => strategy === "full")?.expectedAccuracy).toBeNull();
});

test("between published sizes the answer says so", () => {
  const { regime, caveats } = ask({ plan: { ...PLAN, trainSampleCount: 4000 } });
  expect(regime).toBe("between");
  expect(caveats.map(({ code }) => code)).toContain("between_published_sizes");
});

test("every problem of plan and question is told at once", () => {
  const parsed = parseStrategyRequest({ plan: { model: "ViT-B-23", epochs: 0 }, priority: "fast", taskSimilarity: 2 });
  if (parsed.ok) throw new Error("a bad question was taken");
  expect(parsed.issues.map(({ path }) => path).sort()).toEqual([
    "plan.epochs",
    "plan.model",
    "priority",
    "taskSimilarity",
  ]);
});
