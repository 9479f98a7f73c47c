import { parseSearchRequest } from "../../../lib/api/search-request-schema";
import { normalNumber, randomNumbers } from "../../../lib/estimate/search/random-numbers";
import { estimateSearch } from "../../../lib/estimate/search/search-answer";
import { judgeWinner } from "../../../lib/estimate/search/winner";
import type { FiguresOf } from "../../../lib/estimate/strategy/strategy-effort";
import { withoutTime, withTime } from "../../support/plan-figures";

const PLAN = { model: "ViT-B-32", perDeviceBatchSize: 8, epochs: 10 };

function ask(input: object, figuresOf: FiguresOf = withoutTime) {
  const parsed = parseSearchRequest({ plan: PLAN, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return estimateSearch(parsed.request, parsed.assumptions, figuresOf);
}

test("hours are epochs times the time of one, and cost is hours times their price", () => {
  const { epochs, seconds, secondsTerm, costUsd, capSeconds, capUsd } = ask({ epochSeconds: 100, usdPerHour: 3.6 });
  expect(seconds?.likely).toBeCloseTo(epochs.likely * 100, 6);
  expect(secondsTerm?.value).toBeCloseTo(epochs.likely * 100, 6);
  expect(capSeconds).toBe(250 * 100);
  expect(capUsd).toBeCloseTo(250 * 0.1, 6);
  expect(costUsd?.high).toBeCloseTo(epochs.high * 0.1, 6);
});

test("an epoch is its part of the run that somebody else estimates", () => {
  const { epochs, seconds, costUsd } = ask({}, withTime({ low: 100, likely: 200, high: 400 }, 36));
  expect(seconds?.likely).toBeCloseTo(epochs.likely * 20, 6);
  // 10 seconds at a hundredth of a dollar each: the cost of a short run in cents would be nothing.
  expect(costUsd?.low).toBeCloseTo(epochs.low * 0.1, 6);
});

test("one trial is said to be one, and a pruner that stops nothing is said to", () => {
  expect(ask({ trialCount: 1, epochsPerTrial: 1, pruner: { kind: "none" } }).summary).toBe(
    "1 trial of 1 epoch trains 1 epoch: nothing is stopped early.",
  );
  expect(ask({ pruner: { kind: "median", startupTrials: 50 } }).summary).toMatch(/nothing comes to be stopped early/);
});

test("without a time there are no hours, and that is said", () => {
  const { seconds, costUsd, caveats } = ask({ usdPerHour: 2 });
  expect([seconds, costUsd]).toEqual([null, null]);
  expect(caveats.map(({ code }) => code)).toContain("hours_not_estimated");
});

test("a frozen image tower can be searched for one pass over the images", () => {
  const { cheaper } = ask({ plan: { ...PLAN, strategy: { kind: "linear_probe" } } });
  expect(cheaper.find(({ id }) => id === "cached_features")?.epochs?.likely).toBe(1);
  expect(ask({}).cheaper.map(({ id }) => id)).not.toContain("cached_features");
});

test("the space has the size of the plan's strategy, and unfrozen layers for partial alone", () => {
  const names = (kind: string) => ask({ plan: { ...PLAN, strategy: { kind } } }).space.map(({ name }) => name);
  expect(names("partial")).toContain("unlockedBlocks");
  expect(names("lora")).toContain("rank");
  expect(names("full")).not.toContain("unlockedBlocks");
});

test("batches that would not fit are named", () => {
  const plan = { model: "ViT-L-14", gpu: "t4", precision: "fp32" };
  expect(ask({ plan }).caveats.map(({ code }) => code)).toContain("batch_does_not_fit");
  const space = [{ name: "learningRate", kind: "log_uniform", low: 1e-6, high: 1e-3 }];
  expect(ask({ plan, space }).caveats.map(({ code }) => code)).not.toContain("batch_does_not_fit");
});

describe("the winner", () => {
  test("looks better than it is by the expected largest of the trials' noise", () => {
    const { optimism } = judgeWinner(0.8, 16, 1500, 0.01);
    const next = randomNumbers(3);
    const repeats = 4000;
    let sum = 0;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      sum += Math.max(...Array.from({ length: 16 }, () => normalNumber(next)));
    }
    expect(optimism).toBeCloseTo((sum / repeats) * Math.sqrt((0.8 * 0.2) / 1500), 3);
  });

  test("needs as many images as bring that down to what matters", () => {
    const { validationSamplesNeeded } = judgeWinner(0.8, 16, 1500, 0.01);
    expect(judgeWinner(0.8, 16, validationSamplesNeeded, 0.01)).toMatchObject({ isEnough: true });
    expect(judgeWinner(0.8, 16, validationSamplesNeeded - 1, 0.01).optimism).toBeGreaterThan(0.01);
  });

  test("of one trial is no choice", () => {
    const { optimism, isEnough, text } = judgeWinner(0.8, 1, 10, 0.01);
    expect([optimism, isEnough]).toEqual([0, true]);
    expect(text).toMatch(/^A single trial/);
  });
});

test.each([
  [{ space: [{ name: "lr", kind: "log_uniform", low: 0, high: 1 }] }, "starts above 0"],
  [{ space: [{ name: "lr", kind: "uniform", low: 2, high: 1 }] }, "not below high"],
  [
    {
      space: [
        { name: "a", kind: "choice", choices: [1] },
        { name: "a", kind: "choice", choices: [2] },
      ],
    },
    "repeats a",
  ],
  [{ space: [{ name: "a b", kind: "choice", choices: [1] }] }, "letters, digits and underscores"],
  [{ pruner: { kind: "mediam" } }, "none, median or halving"],
  [{ trialCount: 0 }, "whole number from 1"],
  [{ trials: 3 }, "trialCount"],
])("%j is refused with the way out", (input, reason) => {
  const parsed = parseSearchRequest({ plan: PLAN, ...input });
  expect(JSON.stringify(parsed)).toContain(reason);
  expect(parsed.ok).toBe(false);
});
