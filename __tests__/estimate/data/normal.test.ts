import { normalQuantile } from "../../../lib/estimate/data/normal";

// Table values to nine digits.
test.each([
  [0.5, 0],
  [0.9, 1.281551566],
  [0.95, 1.644853627],
  [0.975, 1.959963985],
  [0.995, 2.575829304],
  [0.001, -3.090232306],
])("the quantile at %d is %d", (probability, quantile) => {
  expect(normalQuantile(probability)).toBeCloseTo(quantile, 8);
});

test.each([0, 1, Number.NaN])("%d has no quantile", (probability) => {
  expect(() => normalQuantile(probability)).toThrow(RangeError);
});
