/** Derives the constants of the learning-curve estimator from published curves. Pure: the same curves give the same constants. */

import type { ErrorQuantiles, LearningCurveConstants, PilotSizeCount } from "../../lib/catalogue/learning-curves";
import { fitLearningCurve, ownSlopes, type SlopeConstants } from "../../lib/estimate/data/learning-curve";
import { type PilotPoint, pilotSizeCount } from "../../lib/estimate/data/pilot";
import { FARTHEST_SHOTS_WITHOUT_PILOT, shotsWithoutPilot } from "../../lib/estimate/data/without-pilot";
import { type PublishedCurve, zeroShotKey } from "../accuracy/data/published-curves";
import { quantile } from "../accuracy/statistics";
import { groupBy } from "../group-by";

export interface PublishedEvidence {
  readonly curves: readonly PublishedCurve[];
  /** By dataset and model. */
  readonly zeroShot: ReadonlyMap<string, number>;
}

type Tuning = Pick<SlopeConstants, "priorWeight" | "steepening">;

/** Coarse on purpose: the errors are flat around their minimum, and four finer numbers would fit the noise. */
const CANDIDATES = {
  steepening: [1, 1.05, 1.1],
  priorWeight: { "2": [0.2, 0.25, 0.3], "3": [0.1, 0.15, 0.2], "4": [0.05, 0.1, 0.15] },
} as const;

/** A family with fewer curves takes the slope of all. */
const FEWEST_CURVES = 8;

/** Doublings ahead of a pilot that the estimator answers for. */
const DOUBLINGS = [1, 2] as const;
const SIZE_COUNTS = ["1", "2", "3", "4"] as const satisfies readonly PilotSizeCount[];
const SHOTS = [1, 2, 4, 8, 16] as const;

export function fitLearningCurveConstants({ curves, zeroShot }: PublishedEvidence): LearningCurveConstants {
  const folds = leaveOneDatasetOut(curves);
  const tuning = chooseTuning(folds);
  const errorRatioWithoutPilot = errorRatios(curves, zeroShot);
  return rounded({
    curveCount: curves.length,
    datasetCount: folds.length,
    pointCount: curves.reduce((sum, { points }) => sum + points.length, 0),
    slopes: familySlopes(curves),
    ...tuning,
    residuals: residualQuantiles(folds, tuning),
    errorRatioWithoutPilot,
    samplesFactorWithoutPilot: samplesFactor(folds, curves, zeroShot),
    zeroShotAccuracy: zeroShotQuartiles(curves, zeroShot),
  });
}

interface Fold {
  readonly judged: readonly PublishedCurve[];
  readonly slopes: SlopeConstants["slopes"];
}

/** Each dataset judged with slopes from the others alone: a user's task is always a new dataset. */
function leaveOneDatasetOut(curves: readonly PublishedCurve[]): Fold[] {
  return [...new Set(curves.map(({ dataset }) => dataset))].map((dataset) => ({
    judged: curves.filter((curve) => curve.dataset === dataset),
    slopes: familySlopes(curves.filter((curve) => curve.dataset !== dataset)),
  }));
}

function familySlopes(curves: readonly PublishedCurve[]): SlopeConstants["slopes"] {
  const own = curves.map(({ family, points }) => ({ family, ...ownSlopes(points) }));
  const medians = (scale: "error" | "odds") => {
    const byFamily = groupBy(own, ({ family }) => family ?? "none");
    const entries = [...byFamily]
      .filter(([family, found]) => family !== "none" && found.length >= FEWEST_CURVES)
      .map(([family, found]): [string, number] => [family, median(found.map((slopes) => slopes[scale]))]);
    return Object.fromEntries([...entries.sort(byName), ["all", median(own.map((slopes) => slopes[scale]))]]);
  };
  return { error: medians("error"), odds: medians("odds") };
}

/** The candidates with the smallest mean error on datasets left out, over every pilot and every size ahead of it. */
function chooseTuning(folds: readonly Fold[]): Tuning {
  let best: { readonly tuning: Tuning; readonly loss: number } | null = null;
  for (const steepening of CANDIDATES.steepening) {
    const chosen = (["2", "3", "4"] as const).map((count) => {
      const tried = CANDIDATES.priorWeight[count].map((weight) => ({
        weight,
        loss: meanError(folds, { steepening, priorWeight: evenWeights(weight) }, Number(count)),
      }));
      return tried.reduce((least, next) => (next.loss < least.loss ? next : least));
    });
    const loss = chosen.reduce((sum, { loss: part }) => sum + part, 0);
    if (best !== null && best.loss <= loss) continue;
    const [two, three, four] = chosen.map(({ weight }) => weight);
    if (two === undefined || three === undefined || four === undefined)
      throw new Error("a pilot size has no candidates");
    best = { loss, tuning: { priorWeight: { "1": 1, "2": two, "3": three, "4": four }, steepening } };
  }
  if (best === null) throw new Error("there are no candidates");
  return best.tuning;
}

function evenWeights(weight: number): Tuning["priorWeight"] {
  return { "1": 1, "2": weight, "3": weight, "4": weight };
}

function meanError(folds: readonly Fold[], tuning: Tuning, sizeCount: number): number {
  const errors = folds.flatMap(({ judged, slopes }) =>
    judged.flatMap(({ points, family }) => {
      const pilot = points.slice(0, sizeCount);
      const ahead = points.slice(sizeCount);
      if (ahead.length === 0 || pilotSizeCount(pilot) !== sizeCount) return [];
      const curve = fitLearningCurve(pilot, family, { slopes, ...tuning });
      return ahead.map(({ size, accuracy }) => Math.abs(accuracy - curve.accuracyAt(size)));
    }),
  );
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Absolute errors on datasets left out, relative to √(1 − highest pilot accuracy), by pilot sizes and distance. */
function residualQuantiles(folds: readonly Fold[], tuning: Tuning): LearningCurveConstants["residuals"] {
  const found = new Map<string, number[]>();
  const add = (
    pilot: readonly PilotPoint[],
    target: PilotPoint,
    doublings: number,
    family: PublishedCurve["family"],
    slopes: SlopeConstants["slopes"],
  ) => {
    const curve = fitLearningCurve(pilot, family, { slopes, ...tuning });
    const scale = Math.sqrt(1 - Math.max(...pilot.map(({ accuracy }) => accuracy)));
    const key = `${pilotSizeCount(pilot)},${doublings}`;
    found.set(key, [...(found.get(key) ?? []), Math.abs(target.accuracy - curve.accuracyAt(target.size)) / scale]);
  };
  for (const { judged, slopes } of folds) {
    for (const { points, family } of judged) {
      for (const [index, target] of points.entries()) {
        const before = points.slice(0, index);
        const last = before.at(-1);
        for (let from = index - 1; from >= 0 && last !== undefined; from -= 1) {
          const pilot = points.slice(0, from + 1);
          add(pilot, target, Math.log2(target.size / (pilot.at(-1)?.size ?? target.size)), family, slopes);
        }
        // Inside a pilot: the neighbours on both sides, with one more or two more sizes below.
        const next = points[index + 1];
        for (let from = index - 1; from >= 0 && next !== undefined; from -= 1) {
          add([...points.slice(from, index), next], target, 0, family, slopes);
        }
      }
    }
  }
  return monotone(found);
}

/** Farther is never surer and one more size never less sure: what is not measured, or contradicts that, takes its neighbour. */
function monotone(found: ReadonlyMap<string, readonly number[]>): LearningCurveConstants["residuals"] {
  const rows: Partial<Record<PilotSizeCount, Record<string, ErrorQuantiles>>> = {};
  let fewer: Readonly<Record<string, ErrorQuantiles>> | null = null;
  for (const count of SIZE_COUNTS) {
    const row: Record<string, ErrorQuantiles> = {};
    let nearer: ErrorQuantiles = { q80: 0, q90: 0 };
    for (const doublings of [0, ...DOUBLINGS]) {
      const errors = found.get(`${count},${doublings}`) ?? (doublings === 0 ? found.get(`2,0`) : undefined);
      const own = errors === undefined ? fewer?.[doublings] : quantilesOf(errors);
      if (own === undefined) throw new Error(`no errors for ${count} sizes, ${doublings} doublings`);
      const bound: ErrorQuantiles = fewer?.[doublings] ?? own;
      nearer = {
        q80: Math.min(bound.q80, Math.max(nearer.q80, own.q80)),
        q90: Math.min(bound.q90, Math.max(nearer.q90, own.q90)),
      };
      row[doublings] = nearer;
    }
    rows[count] = row;
    fewer = row;
  }
  const row = (count: PilotSizeCount) => rows[count] ?? {};
  return { "1": row("1"), "2": row("2"), "3": row("3"), "4": row("4") };
}

function quantilesOf(errors: readonly number[]): ErrorQuantiles {
  const ascending = [...errors].sort((a, b) => a - b);
  return { q80: quantile(ascending, 0.8), q90: quantile(ascending, 0.9) };
}

function errorRatios(
  curves: readonly PublishedCurve[],
  zeroShot: ReadonlyMap<string, number>,
): LearningCurveConstants["errorRatioWithoutPilot"] {
  const known = curves.filter((curve) => zeroShot.has(zeroShotKey(curve)));
  const families = groupBy(known, ({ family }) => family ?? "none");
  const wanted = [...families].filter(([family, found]) => family !== "none" && found.length >= FEWEST_CURVES);
  return Object.fromEntries(
    [...wanted.sort(byName), ["all", known] as const].map(([family, found]) => [
      family,
      ratiosByShots(found, zeroShot),
    ]),
  );
}

function ratiosByShots(curves: readonly PublishedCurve[], zeroShot: ReadonlyMap<string, number>) {
  return Object.fromEntries(
    SHOTS.flatMap((shots) => {
      const ratios = curves
        .flatMap((curve) => {
          const point = curve.points.find(({ size }) => size === shots);
          const without = zeroShot.get(zeroShotKey(curve));
          return point === undefined || without === undefined ? [] : [(1 - point.accuracy) / (1 - without)];
        })
        .sort((a, b) => a - b);
      if (ratios.length === 0) return [];
      const at = (fraction: number) => quantile(ratios, fraction);
      return [
        [
          shots,
          { curveCount: ratios.length, q05: at(0.05), q10: at(0.1), median: at(0.5), q90: at(0.9), q95: at(0.95) },
        ],
      ];
    }),
  );
}

/** How far off the samples needed are, said from zero-shot accuracy and other datasets alone. */
function samplesFactor(
  folds: readonly Fold[],
  curves: readonly PublishedCurve[],
  zeroShot: ReadonlyMap<string, number>,
): number {
  const factors = folds.flatMap(({ judged }) => {
    const others = curves.filter((curve) => !judged.includes(curve));
    const constants = { errorRatioWithoutPilot: errorRatios(others, zeroShot) };
    return judged.flatMap(({ points, family, dataset, model }) => {
      const without = zeroShot.get(zeroShotKey({ dataset, model }));
      if (without === undefined) return [];
      return points.flatMap(({ size, accuracy }) => {
        if (accuracy <= without) return [];
        const shots = shotsWithoutPilot(without, accuracy, family, constants);
        // Not reached at all: at least as far off as the last size asked for.
        return [Math.abs(Math.log((shots ?? FARTHEST_SHOTS_WITHOUT_PILOT) / size))];
      });
    });
  });
  return Math.exp(
    quantile(
      [...factors].sort((a, b) => a - b),
      0.8,
    ),
  );
}

/** Over datasets with classes, each by the median of the models that were tried on it. */
function zeroShotQuartiles(
  curves: readonly PublishedCurve[],
  zeroShot: ReadonlyMap<string, number>,
): LearningCurveConstants["zeroShotAccuracy"] {
  const datasets = new Set(curves.flatMap(({ dataset, classCount }) => (classCount === null ? [] : [dataset])));
  const known = [...zeroShot].map(([key, accuracy]) => ({ dataset: key.split("|", 1)[0] ?? "", accuracy }));
  const byDataset = groupBy(
    known.filter(({ dataset }) => datasets.has(dataset)),
    ({ dataset }) => dataset,
  );
  const medians = [...byDataset.values()]
    .map((found) => median(found.map(({ accuracy }) => accuracy)))
    .sort((a, b) => a - b);
  return {
    datasetCount: medians.length,
    q25: quantile(medians, 0.25),
    median: quantile(medians, 0.5),
    q75: quantile(medians, 0.75),
  };
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Six decimals are below anything the estimator says, and keep changes of the file readable. */
function rounded(constants: LearningCurveConstants): LearningCurveConstants {
  const round = (_key: string, item: unknown) => (typeof item === "number" ? Math.round(item * 1e6) / 1e6 : item);
  // Its own value, gone through JSON only to be rounded.
  return JSON.parse(JSON.stringify(constants, round));
}
