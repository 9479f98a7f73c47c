import type { BandedErrors, DataReport } from "./report";

interface Limits {
  readonly meanError: number;
  readonly needsWithinTwice: number;
}

/** Worst figures allowed for predictions at 16 shots, by the number of pilot sizes. */
export const DATA_LIMITS = {
  "4": { meanError: 0.009, needsWithinTwice: 0.9 },
  "3": { meanError: 0.017, needsWithinTwice: 0.72 },
} as const satisfies Record<"3" | "4", Limits>;

/** A band that covers more than its name says is as wrong as one that covers less. */
export const COVERAGE_LIMITS = { coverage80: [0.74, 0.86], coverage90: [0.86, 0.96] } as const;

const COVERAGES = ["coverage80", "coverage90"] as const;

/** Two runs may differ by this much in the figures' last digits. */
const SLACK = 1e-6;

/** What of the limits a report breaks, one line each; empty when it keeps them all. */
export function brokenDataLimits({ toSixteen, byDistance }: DataReport): string[] {
  const sizes = (["3", "4"] as const).flatMap((count) => {
    const { meanError, needsWithinTwice } = toSixteen[count];
    const limit = DATA_LIMITS[count];
    return [
      ...(meanError > limit.meanError ? [`${count} sizes: mean error ${meanError} is above ${limit.meanError}`] : []),
      ...(needsWithinTwice < limit.needsWithinTwice
        ? [`${count} sizes: ${needsWithinTwice} of the needs are within twice, fewer than ${limit.needsWithinTwice}`]
        : []),
    ];
  });
  const bands = Object.entries(byDistance).flatMap(([distance, errors]) =>
    COVERAGES.flatMap((name) => {
      const [least, most] = COVERAGE_LIMITS[name];
      return errors[name] >= least && errors[name] <= most
        ? []
        : [`${distance}: ${name} ${errors[name]} is not within ${least}..${most}`];
    }),
  );
  return [...sizes, ...bands];
}

/** Where a report is worse than the one committed before, one line each. */
export function dataRegressions(current: DataReport, committed: DataReport): string[] {
  return Object.entries(committed.byDistance).flatMap(([distance, before]) => {
    const now = current.byDistance[distance];
    return now === undefined ? [`${distance} is no longer compared`] : worseThan(distance, now, before);
  });
}

function worseThan(distance: string, now: BandedErrors, before: BandedErrors): string[] {
  return [
    ...(now.meanError > before.meanError + SLACK
      ? [`${distance}: mean error ${now.meanError} is above ${before.meanError}`]
      : []),
    ...(now.needsWithinTwice < before.needsWithinTwice - SLACK
      ? [`${distance}: needs within twice ${now.needsWithinTwice} are below ${before.needsWithinTwice}`]
      : []),
  ];
}
