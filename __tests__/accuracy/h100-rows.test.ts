import { readFileSync } from "node:fs";
import {
  H100_FILES,
  measuredDeviceSeconds,
  readMeasuredKernels,
  readMeasuredSteps,
  waitsForCard,
} from "../../scripts/accuracy/time/h100-rows";

const steps = readMeasuredSteps();

/** The rule of truth/README.md: 32-bit FNV-1a of "time:" and the model family, divisible by three. */
function isHeldOut(name: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`time:${name}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % 3 === 0;
}

test("whole model families are held out, by the documented hash", () => {
  expect(steps.filter(({ role, modelFamily }) => (role === "check") !== isHeldOut(modelFamily))).toEqual([]);
  expect(new Set(steps.map(({ role }) => role))).toEqual(new Set(["fit", "check"]));
});

test("a step counts as the card's only when the host was done before and its seconds never varied", () => {
  const [first] = steps;
  if (first === undefined) throw new Error("no steps");
  const steady = {
    ...first,
    stepSeconds: 1,
    isolatedStepSeconds: 1.01,
    isolatedRange: [1, 1.02],
    hostSeconds: 0.5,
  } as const;
  expect(waitsForCard(steady)).toBe(true);
  expect(waitsForCard({ ...steady, isolatedRange: [0.9, 1.02] })).toBe(false);
  expect(waitsForCard({ ...steady, hostSeconds: 0.95 })).toBe(false);
  expect(measuredDeviceSeconds({ ...steady, kernelSeconds: null })).toBe(1);
  expect(measuredDeviceSeconds({ ...steady, kernelSeconds: 0.4 })).toBe(0.4);
});

test("the seconds at work on kernels never exceed the step by more than profiling costs", () => {
  for (const { stepSeconds, kernelSeconds } of steps) expect(kernelSeconds ?? 0).toBeLessThan(1.02 * stepSeconds);
});

test("a product's layout says which of its three sides is summed over", () => {
  const header = readFileSync(H100_FILES.kernels, "utf8").split("\n")[0] ?? "";
  const columns = header.split(",");
  const row = (layout: string) => {
    const cells = {
      kind: "product",
      layout,
      rows: "6",
      inner: "4",
      outer: "5",
      dtype: "float32",
      seconds: "1",
      role: "fit",
    };
    const known = new Map(Object.entries(cells));
    return columns.map((column) => known.get(column) ?? "").join(",");
  };
  const text = [header, row("forward"), row("inputGrad"), row("weightGrad")].join("\n");
  const shapes = readMeasuredKernels(text).map(({ rows, columns, inner }) => [rows, columns, inner]);
  expect(shapes).toEqual([
    [6, 5, 4],
    [6, 4, 5],
    [5, 4, 6],
  ]);
});
