import type { SourceId } from "../catalogue/sources";

/** One multiplicand of a term: what it is, how much, and where the number comes from. */
export interface Factor {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly source?: SourceId;
}

/** A product of factors. A quantity shown to a user is a sum of these. */
export interface Term {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly factors: readonly Factor[];
}

/** Multiplies the factors, so the explanation of a number is the computation of it. */
export function term(id: string, label: string, unit: string, factors: readonly Factor[]): Term {
  return { id, label, unit, factors, value: factors.reduce((product, factor) => product * factor.value, 1) };
}
