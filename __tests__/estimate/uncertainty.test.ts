import { readFileSync } from "node:fs";
import { ALLOCATED_ERROR, RESERVED_ERROR } from "@/lib/estimate/uncertainty";

interface Committed {
  readonly quantities: Readonly<Record<string, { readonly p95: number }>>;
}

// Parse boundary: the file is written by `npm run accuracy -- memory --commit`.
const committed = JSON.parse(readFileSync("truth/accuracy-memory.json", "utf8")) as Committed;

test.each([
  ["allocatedPeakBytes", ALLOCATED_ERROR],
  ["reservedPeakBytes", RESERVED_ERROR],
])("the range of %s is as wide as the measured error, and not much wider", (quantity, error) => {
  const p95 = committed.quantities[quantity]?.p95 ?? Number.NaN;
  expect(error).toBeGreaterThanOrEqual(p95);
  expect(error).toBeLessThanOrEqual(1.5 * p95);
});
