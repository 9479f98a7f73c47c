import fc from "fast-check";
import { pacedSeconds } from "../../../lib/estimate/time/pace";

const seconds = fc.double({ min: 0, max: 100, noNaN: true });
/** What rounding may take away. */
const ROUNDING = 1 - 1e-12;

test("a card that waits for nothing keeps its own pace, and so does a host", () => {
  expect(pacedSeconds(3, 0)).toBe(3);
  expect(pacedSeconds(0, 3)).toBe(3);
  expect(pacedSeconds(0, 0)).toBe(0);
});

test("with sharpness 1 the times add, with sharpness 2 they are the sides of a right triangle", () => {
  expect(pacedSeconds(3, 4, 1)).toBeCloseTo(7, 12);
  expect(pacedSeconds(3, 4, 2)).toBeCloseTo(5, 12);
});

test("a step takes no less than the longer of the two and no more than both", () => {
  fc.assert(
    fc.property(seconds, seconds, (card, host) => {
      const paced = pacedSeconds(card, host);
      expect(paced).toBeGreaterThanOrEqual(Math.max(card, host) * ROUNDING);
      expect(paced * ROUNDING).toBeLessThanOrEqual(card + host);
    }),
  );
});

test("more work for either never makes a step shorter", () => {
  fc.assert(
    fc.property(seconds, seconds, seconds, (card, host, more) => {
      const before = pacedSeconds(card, host);
      expect(pacedSeconds(card + more, host)).toBeGreaterThanOrEqual(before * ROUNDING);
      expect(pacedSeconds(card, host + more)).toBeGreaterThanOrEqual(before * ROUNDING);
    }),
  );
});
