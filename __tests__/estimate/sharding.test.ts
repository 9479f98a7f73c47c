import { TODAY } from "@/__tests__/support/today";
import type { MemoryCategory } from "@/lib/estimate/estimate";
import { estimatePlan } from "@/lib/estimate/plan";
import { parsePlan } from "@/lib/plan/parse-plan";

function atPeak(sharding: string, deviceCount = 8): (id: MemoryCategory) => number {
  const parsed = parsePlan({ model: "ViT-L-14", perDeviceBatchSize: 32, deviceCount, sharding });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { memory } = estimatePlan(parsed, { today: TODAY });
  return (id) => memory.atPeak.find((category) => category.id === id)?.bytes ?? 0;
}

test("ZeRO-1 leaves each of eight devices an eighth of the optimizer's state, and everything else whole", () => {
  const [none, zero1] = [atPeak("none"), atPeak("zero1")];
  // Small tensors round up to the allocator's unit.
  expect(zero1("optimizer") / none("optimizer")).toBeCloseTo(1 / 8, 1);
  expect(zero1("weights")).toBe(none("weights"));
  expect(zero1("activations.image")).toBeCloseTo(none("activations.image"), -8);
});

test("ZeRO-2 divides gradients too, and ZeRO-3 the weights but for the modules at work", () => {
  const [none, zero2, zero3] = [atPeak("none"), atPeak("zero2"), atPeak("zero3")];
  expect(zero2("gradients")).toBeLessThan(none("gradients") / 4);
  expect(zero2("weights")).toBe(none("weights"));
  expect(zero3("weights")).toBeLessThan(none("weights") / 3);
  expect(zero3("weights")).toBeGreaterThan(none("weights") / 8);
});

test("with one device there is nothing to divide", () => {
  const [none, zero3] = [atPeak("none", 1), atPeak("zero3", 1)];
  for (const id of ["weights", "gradients", "optimizer"] as const) expect(zero3(id)).toBe(none(id));
});
