import type { TimeReport, TimeSummary } from "./time-report";

/** Figures of the time estimate as last committed. */
export const COMMITTED_TIME_FIGURES = "truth/accuracy-time.json";

type Figure = "median" | "mean" | "p90";
type Limits = Readonly<Record<string, Readonly<Partial<Record<Figure, number>>>>>;

/** Largest errors allowed, as fractions. docs/time.md says what each rests on. */
export const TIME_LIMITS: Limits = {
  "H100, card at work, all": { median: 0.1 },
  "H100, card at work, check": { median: 0.1 },
  "timm training, all": { mean: 0.1 },
  "H100, steps by the clock, all": { median: 0.1 },
  "H100, steps by the clock, check": { median: 0.1 },
  "Lambda BERT, one card left out, all": { mean: 0.09 },
  "published, up to 64 GPUs, all": { median: 0.2, p90: 0.45 },
};

/** Share of check rows that the 80 % interval may hold. */
export const COVERAGE = { least: 0.72, most: 0.88 } as const;

/** Another processor may differ in a figure's last digits. */
const SLACK = 1e-6;

export function brokenTimeLimits({ groups, interval }: Pick<TimeReport, "groups" | "interval">): string[] {
  const { checkCoverage } = interval;
  const isCovered = COVERAGE.least <= checkCoverage && checkCoverage <= COVERAGE.most;
  return [
    ...figuresAbove(groups, TIME_LIMITS),
    ...(isCovered ? [] : [`the 80 % interval holds ${checkCoverage} of the check rows`]),
  ];
}

/** Where a report is worse than the one committed before. */
export function timeRegressions(current: TimeReport, committed: TimeReport): string[] {
  const gone = Object.keys(committed.groups).filter((name) => current.groups[name] === undefined);
  return [...gone.map((name) => `${name} is no longer compared`), ...figuresAbove(current.groups, committed.groups)];
}

function figuresAbove(groups: Readonly<Record<string, TimeSummary>>, limits: Limits): string[] {
  const figures = ["median", "mean", "p90"] as const satisfies readonly Figure[];
  return Object.entries(limits).flatMap(([name, limit]) => {
    const summary = groups[name];
    if (summary === undefined) return [`${name} is not compared`];
    return figures.flatMap((figure) => {
      const most = limit[figure];
      return most === undefined || summary[figure] <= most + SLACK
        ? []
        : [`${name}: ${figure} ${summary[figure]} is above ${most}`];
    });
  });
}
