/** Number and unit to text. Every figure a person reads passes through here, so that it reads the same everywhere. */

import {
  DAY_SECONDS,
  GB,
  GFLOP,
  GIB,
  HOUR_SECONDS,
  MB,
  MIB,
  MICROSECOND,
  MILLISECOND,
  MINUTE_SECONDS,
  TFLOP,
} from "./units";

export type ByteUnit = "GiB" | "GB" | "MiB";

const BYTES_PER_UNIT = { GiB: GIB, GB, MiB: MIB } as const satisfies Record<ByteUnit, number>;
const FRACTION_DIGITS = { GiB: 1, GB: 1, MiB: 0 } as const satisfies Record<ByteUnit, 0 | 1>;

const TIMES = "\u00d7";
const MINUS = "\u2212";

/**
 * Bytes in one fixed unit, such as "17.3 GiB", so that columns of figures can be compared. An amount too small for the
 * unit's usual digits gets the two significant digits that show it is not zero.
 *
 * @throws {RangeError} for NaN and infinities: those are bugs, never something to show
 */
export function formatBytes(bytes: number, unit: ByteUnit): string {
  return withUnit(formatBytesNumber(bytes, unit), unit);
}

/** The same figure without its unit, for "17.3 of 23.6 GiB" and for axes. */
export function formatBytesNumber(bytes: number, unit: ByteUnit): string {
  return formatDecimal(finite(bytes) / BYTES_PER_UNIT[unit], FRACTION_DIGITS[unit]);
}

/** Bytes that are set beside other bytes, in three significant digits, from a thousand on in whole units: "2.40 GiB", "0.00214 GiB". */
export function formatFineBytes(bytes: number, unit: ByteUnit): string {
  const value = finite(bytes) / BYTES_PER_UNIT[unit];
  if (value === 0) return withUnit("0", unit);
  return withUnit(Math.abs(value) >= 1000 ? formatCount(value) : minus(EXACTLY_THREE_DIGITS.format(value)), unit);
}

/** How fast a disk or a network gives files: "100 MB/s". */
export function formatMegabytesPerSecond(bytesPerSecond: number): string {
  return withUnit(formatFigure(bytesPerSecond / MB), "MB/s");
}

/** A difference in bytes with its sign: "+1.2 GiB", "−7.9 GiB". */
export function formatBytesChange(bytes: number, unit: ByteUnit): string {
  const text = formatBytes(Math.abs(bytes), unit);
  return bytes === 0 ? text : `${bytes > 0 ? "+" : MINUS}${text}`;
}

/** A whole number with its thousands grouped: "151,277,313". */
export function formatCount(count: number): string {
  return minus(GROUPED.format(finite(count)));
}

/** A large count in three significant digits: "151 M", "2.54 B", "950". */
export function formatCompactCount(count: number): string {
  return minus(COMPACT.format(finite(count)).replace(/([KMBT])$/, ` $1`));
}

/** A fraction of one as percent: 0.273 is "27 %". Under one percent one decimal is kept. */
export function formatPercent(fraction: number): string {
  const percent = finite(fraction) * 100;
  const digits = percent !== 0 && Math.abs(percent) < 1 ? 1 : 0;
  return withUnit(formatDecimal(percent, digits), "%");
}

/** How far a prediction is off, as a fraction of what was measured: "+1.2 %", "−0.3 %", "0.0 %" only where nothing is off. */
export function formatSignedPercent(fraction: number): string {
  const percent = finite(fraction) * 100;
  if (percent === 0) return withUnit("0.0", "%");
  const text = ONE_DECIMAL.format(Math.abs(percent));
  if (text === "0.0") return withUnit("< 0.1", "%");
  return `${percent > 0 ? "+" : MINUS}${withUnit(text, "%")}`;
}

/** An accuracy as percent with a tenth where there is one: "85 %", "72.5 %". Pilots tell accuracies apart to about that. */
export function formatAccuracy(fraction: number): string {
  return withUnit(minus(AT_MOST_ONE_DECIMAL.format(finite(fraction) * 100)), "%");
}

/** A difference of accuracies: "2.3 points". */
export function formatPoints(fraction: number): string {
  const points = minus(AT_MOST_ONE_DECIMAL.format(finite(fraction) * 100));
  return withUnit(points, points === "1" ? "point" : "points");
}

/** "[32, 50, 768]": the shape of a tensor. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** A duration as people say it: "3 h 10 min", "45 s", "12.4 ms". */
export function formatSeconds(seconds: number): string {
  const value = finite(seconds);
  const size = Math.abs(value);
  if (value < 0) return `${MINUS}${formatSeconds(size)}`;
  if (size === 0) return withUnit("0", "s");
  if (size < MILLISECOND) return withUnit(significant(value / MICROSECOND), "\u00b5s");
  if (size < 1) return withUnit(significant(value / MILLISECOND), "ms");
  if (size < 10) return withUnit(significant(value), "s");
  // Rounded before it is split, so that 59.7 s is "1 min" and never "60 s".
  if (Math.round(size) < MINUTE_SECONDS) return withUnit(String(Math.round(size)), "s");
  if (Math.round(size) < HOUR_SECONDS) return twoUnits(size, MINUTE_SECONDS, "min", 1, "s");
  if (Math.round(size / MINUTE_SECONDS) * MINUTE_SECONDS < 2 * DAY_SECONDS) {
    return twoUnits(size, HOUR_SECONDS, "h", MINUTE_SECONDS, "min");
  }
  return twoUnits(size, DAY_SECONDS, "d", HOUR_SECONDS, "h");
}

/** A duration no finer than an estimate deserves: "267 ms", "92 s", "15 min", "3 h 10 min". */
export function formatRoughSeconds(seconds: number): string {
  const size = Math.abs(finite(seconds));
  if (size < 10 || size >= FEW_HOURS * HOUR_SECONDS) return formatSeconds(seconds);
  return size < FEW_MINUTES * MINUTE_SECONDS
    ? withUnit(whole(seconds), "s")
    : withUnit(whole(seconds / MINUTE_SECONDS), "min");
}

/**
 * A rough duration with its range: "48 s (40–60)", "9 min (7–12)", "3 h 10 min (2.7–3.8 h)". The range is in the unit of
 * the figure, or says its own.
 */
export function formatSecondsRange({ low, likely, high }: { low: number; likely: number; high: number }): string {
  const [unit, name, show] = rangeUnit(likely);
  const range = `${show(finite(low) / unit)}–${show(finite(high) / unit)}`;
  return `${formatRoughSeconds(likely)} (${name === null ? range : withUnit(range, name)})`;
}

/** Up to here a duration is told in the smaller unit. */
const FEW_MINUTES = 5;
const FEW_HOURS = 2;
const FEW_DAYS = 2;

function rangeUnit(seconds: number): [unit: number, name: string | null, show: (value: number) => string] {
  if (seconds < 1) return [MILLISECOND, "ms", formatThreeDigits];
  if (seconds < 10) return [1, null, formatThreeDigits];
  if (seconds < FEW_MINUTES * MINUTE_SECONDS) return [1, null, whole];
  if (seconds < FEW_HOURS * HOUR_SECONDS) return [MINUTE_SECONDS, null, whole];
  const short = (value: number) => formatDecimal(value, value < 10 ? 1 : 0);
  return seconds < FEW_DAYS * DAY_SECONDS ? [HOUR_SECONDS, "h", short] : [DAY_SECONDS, "d", short];
}

function whole(value: number): string {
  return formatCount(Math.round(value));
}

/** A measured or reckoned figure in three significant digits, from a thousand on in whole units: "0.122", "23.6", "1,277". */
export function formatFigure(value: number): string {
  return formatThreeDigits(finite(value));
}

/** A figure in the two significant digits that an estimate deserves, from a hundred on in whole units: "0.21", "24", "1,277". */
export function formatRoughFigure(value: number): string {
  return Math.abs(finite(value)) < 100 ? minus(TWO_DIGITS.format(value)) : whole(value);
}

/** Floating-point operations: "14.8 GFLOP", "1.32 TFLOP". One multiply–accumulate is two. */
export function formatFlops(flops: number): string {
  const value = finite(flops);
  return Math.abs(value) < TFLOP
    ? withUnit(significant(value / GFLOP), "GFLOP")
    : withUnit(formatThreeDigits(value / TFLOP), "TFLOP");
}

/** An amount of money in US dollars: "$9,832.00". Less than a cent gets the two digits that show it is not nothing. */
export function formatUsd(usd: number): string {
  const size = Math.abs(finite(usd));
  const text = size !== 0 && size < CENT / 2 ? TWO_DIGITS.format(size) : CENTS.format(size);
  return `${usd < 0 ? MINUS : ""}$${text}`;
}

/** "2 × NVIDIA L4", or the name alone for one. */
export function formatDevices(count: number, name: string): string {
  return count === 1 ? name : `${formatCount(count)} ${TIMES} ${name}`;
}

const GROUPED = fixedDecimals(0);
const ONE_DECIMAL = fixedDecimals(1);
const AT_MOST_ONE_DECIMAL = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const CENTS = fixedDecimals(2);
const CENT = 0.01;
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const THREE_DIGITS = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const EXACTLY_THREE_DIGITS = new Intl.NumberFormat("en-US", {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const TWO_DIGITS = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2 });

function fixedDecimals(digits: 0 | 1 | 2): Intl.NumberFormat {
  return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a figure that can be shown`);
  return value;
}

function formatDecimal(value: number, digits: 0 | 1): string {
  const smallest = 10 ** -digits / 2;
  if (value !== 0 && Math.abs(value) < smallest) return minus(TWO_DIGITS.format(value));
  return minus((digits === 0 ? GROUPED : ONE_DECIMAL).format(value));
}

function formatThreeDigits(value: number): string {
  // Above a thousand, three significant digits would hide whole units.
  return Math.abs(value) >= 1000 ? formatCount(value) : minus(THREE_DIGITS.format(value));
}

function significant(value: number): string {
  return minus(THREE_DIGITS.format(value));
}

function minus(text: string): string {
  return text === "-0" ? "0" : text.replace(/^-/, MINUS);
}

function withUnit(text: string, unit: string): string {
  return `${text} ${unit}`;
}

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const smallCount = Math.round(seconds / small);
  const perLarge = large / small;
  const whole = Math.floor(smallCount / perLarge);
  const rest = smallCount - whole * perLarge;
  return rest === 0
    ? withUnit(formatCount(whole), largeName)
    : `${withUnit(formatCount(whole), largeName)} ${withUnit(String(rest), smallName)}`;
}
