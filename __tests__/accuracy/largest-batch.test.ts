import { largestBatchChanges } from "@/scripts/accuracy/largest-batch";
import { quantile } from "@/scripts/accuracy/statistics";

test("a plan of few samples tells the largest batch that a plan of that batch tells", () => {
  const changes = largestBatchChanges();
  expect(changes.length).toBeGreaterThan(200);
  // What is reserved moves in steps, so that two answers are seldom the same to the sample.
  expect(Math.abs(quantile(changes, 0.5))).toBeLessThan(0.01);
  expect(quantile(changes, 0.05)).toBeGreaterThan(-0.12);
  expect(quantile(changes, 0.95)).toBeLessThan(0.12);
}, 60_000);
