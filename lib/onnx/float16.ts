/** The 16 bits of the nearest float16, ties to even. @source IEEE 754-2019 §3.4, binary16 */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Half a unit beyond the largest finite number, 65504, rounds to infinity.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(size === 0 ? -14 : Math.floor(Math.log2(size)), -14);
  const unit = 2 ** (exponent - 10);
  const units = roundToEven(size / unit);
  // Below 1024 units a number is subnormal; carries of rounding run into the exponent, as they should.
  return sign | (units < 1024 ? units : (exponent + 14) * 1024 + units);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}
