import { estimateFixture, PLAN } from "@/__tests__/fixtures/estimate";
import {
  bytesChange,
  categoryPairs,
  comparisonSentence,
  fieldPairs,
  secondsChange,
  usdChange,
} from "@/components/compare/differences";
import type { Estimate } from "@/lib/estimate/estimate";
import { GIB } from "@/lib/units";

const a = estimateFixture(32);

test("the fields that differ are marked, each with both values, and no other", () => {
  const b = { ...PLAN, precision: "amp_bf16", strategy: { kind: "lora", rank: 8, targets: ["q_proj"] } } as const;
  const different = fieldPairs(PLAN, b).filter(({ differs }) => differs);
  expect(different.map(({ field, a: left, b: right }) => [field, left, right])).toEqual([
    ["strategy", "everything", "LoRA, rank 8, on q_proj"],
    ["precision", "amp", "amp_bf16"],
  ]);
});

test("the categories of each plan sum to its likely figure on the card", () => {
  const b = estimateFixture(64);
  const pairs = categoryPairs(a, b);
  const sum = (side: "a" | "b") => pairs.reduce((total, pair) => total + pair[side], 0);
  expect(sum("a")).toBeCloseTo(a.memory.deviceBytes.likely, -2);
  expect(sum("b")).toBeCloseTo(b.memory.deviceBytes.likely, -2);
});

test("one sentence says what the second plan does otherwise", () => {
  const b: Estimate = {
    ...estimateFixture(96),
    time: a.time === null ? null : { ...a.time, totalSeconds: { low: 0, likely: 9000 + 720, high: 0 } },
    cost: a.cost.map((cost) => ({ ...cost, usd: { ...cost.usd, likely: 1.35 } })),
  };
  expect(comparisonSentence(a, b, "GiB")).toMatch(
    /^B does not fit where A fits, needs \d+\.\d GiB more on each GPU, takes 12 min longer and costs \$0\.10 more\.$/,
  );
});

test("a sentence with one difference has no list in it", () => {
  const b: Estimate = { ...a, cost: a.cost.map((cost) => ({ ...cost, usd: { ...cost.usd, likely: 1 } })) };
  expect(comparisonSentence(a, b, "GiB")).toBe("B costs $0.25 less.");
});

test("equal plans are said to be equal", () => {
  expect(comparisonSentence(a, a, "GiB")).toBe("Both plans need the same memory and time, at the same cost.");
});

test("a plan without a time is said to have none, and no difference is made up", () => {
  const b: Estimate = { ...a, time: null, cost: [] };
  expect(comparisonSentence(a, b, "GiB")).toBe("B has no time where A has one.");
  expect(comparisonSentence(b, a, "GiB")).toBe("B has a time where A has none.");
  expect(comparisonSentence(b, b, "GiB")).toBe("Both plans need the same memory, and neither has a time.");
});

test("differences have a sign, a unit and a share, and nothing is the same as itself", () => {
  expect(secondsChange(100, 112)).toBe("+12 s (+12 %)");
  expect(bytesChange(2 * GIB, 1 * GIB, "GiB")).toBe("−1.0 GiB (−50 %)");
  expect(usdChange(0, 0.2)).toBe("+$0.20");
  expect(usdChange(1, 1)).toBe("the same");
  expect(bytesChange(GIB, GIB + 500, "GiB")).toBe("the same");
  expect(bytesChange(0.0111 * GIB, 0.002 * GIB, "GiB")).toBe("slightly less");
});

test("what is almost all gone, or many times as much, is told without a share", () => {
  expect(secondsChange(0.046, 0.0001)).toBe("−45.9 ms");
  expect(secondsChange(0.046, 0)).toBe("−46 ms (−100 %)");
  expect(secondsChange(1, 100)).toBe("+99 s");
});
