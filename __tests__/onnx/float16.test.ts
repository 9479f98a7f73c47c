import fc from "fast-check";
import { toFloat16 } from "@/lib/onnx/float16";

/** The number that 16 bits stand for. Source: IEEE 754-2019 §3.4. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

test("every number that float16 can hold keeps its bits", () => {
  const changed = [];
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromFloat16(bits);
    if (!Number.isNaN(value) && toFloat16(value) !== bits) changed.push(bits);
  }
  expect(changed).toEqual([]);
});

test("any other becomes the nearest, and of two equally near the one with an even last bit", () => {
  fc.assert(
    fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
      const bits = toFloat16(value);
      const distance = Math.abs(fromFloat16(bits) - value);
      for (const neighbour of [bits - 1, bits + 1]) {
        const other = Math.abs(fromFloat16(neighbour & 0xffff) - value);
        if (!Number.isFinite(other) || (neighbour & 0x8000) !== (bits & 0x8000)) continue;
        expect(distance).toBeLessThanOrEqual(other);
        if (distance === other) expect(bits % 2).toBe(0);
      }
    }),
  );
});

test.each([
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [-Infinity, 0xfc00],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [-0, 0x8000],
  [Number.NaN, 0x7e00],
])("%d is %i", (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});
