import { GIB } from "../../lib/units";

/** Memory sizes that cards are sold with, each taken as wholly usable. */
export const CARD_BYTES = [8, 12, 16, 24, 40, 48, 80].map((gib) => gib * GIB);

/** Of every row held against every card: how often the answer "fits" or "does not fit" is wrong. Fractions. */
export interface OutOfMemoryRates {
  /** Row–card pairs that ran out of memory. */
  readonly exceedingCount: number;
  /** Of those, the fraction said to fit. */
  readonly missed: number;
  /** Row–card pairs that fit. */
  readonly fittingCount: number;
  /** Of those, the fraction said not to fit. */
  readonly falseAlarms: number;
}

/** @param pairs  bytes estimated and bytes measured, of each row */
export function outOfMemoryRates(pairs: readonly { estimated: number; measured: number }[]): OutOfMemoryRates {
  const verdicts = pairs.flatMap(({ estimated, measured }) =>
    CARD_BYTES.map((card) => ({ said: estimated > card, was: measured > card })),
  );
  const exceeding = verdicts.filter(({ was }) => was);
  const fitting = verdicts.filter(({ was }) => !was);
  return {
    exceedingCount: exceeding.length,
    missed: fraction(exceeding.filter(({ said }) => !said).length, exceeding.length),
    fittingCount: fitting.length,
    falseAlarms: fraction(fitting.filter(({ said }) => said).length, fitting.length),
  };
}

function fraction(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
