/** Every published curve predicted from its first sizes, with constants from the other datasets alone. */

import { chapterDataRequirement, type DomainShift } from "../../../lib/estimate/baselines/chapter-data";
import { type AccuracyBand, accuracyBand, FARTHEST_MULTIPLE } from "../../../lib/estimate/data/accuracy-band";
import { fitLearningCurve } from "../../../lib/estimate/data/learning-curve";
import type { PilotPoint } from "../../../lib/estimate/data/pilot";
import { samplesNeeded } from "../../../lib/estimate/data/samples-needed";
import { fitLearningCurveConstants, type PublishedEvidence } from "../../fit/learning-curve-constants";
import { CURVE_FORMS, type CurveForm, fitForm } from "./curve-forms";
import type { PublishedCurve } from "./published-curves";

/** One size predicted from a pilot of all smaller sizes up to some size. */
export interface Prediction {
  readonly curve: PublishedCurve;
  readonly pilotSizeCount: number;
  readonly target: PilotPoint;
  /** Null beyond four times the pilot, where the estimator gives none. */
  readonly band: AccuracyBand | null;
  /** Expected size at which the target's accuracy is reached; null when it is not established. */
  readonly sizeNeeded: number | null;
  readonly forms: Readonly<Record<CurveForm, FormAnswer | null>>;
}

export interface FormAnswer {
  readonly accuracy: number;
  readonly needsWithinTwice: boolean;
}

/** The chapter's rule held against one curve's last size. */
export interface ChapterComparison {
  readonly shift: DomainShift;
  /** Training images that the rule asks for, over those that the curve needed. */
  readonly ratio: number;
}

export const SHIFTS = ["small", "medium", "large"] as const satisfies readonly DomainShift[];

/** Curves of five sizes, so that each is asked the same questions. */
const SIZES = 5;

export function predictPublishedCurves({ curves, zeroShot }: PublishedEvidence): Prediction[] {
  const datasets = [...new Set(curves.map(({ dataset }) => dataset))];
  return datasets.flatMap((dataset) => {
    const others = curves.filter((curve) => curve.dataset !== dataset);
    const constants = fitLearningCurveConstants({ curves: others, zeroShot });
    return curves
      .filter((curve) => curve.dataset === dataset && curve.points.length === SIZES)
      .flatMap((curve) =>
        [1, 2, 3, 4].flatMap((pilotSizeCount) => {
          const points = curve.points.slice(0, pilotSizeCount);
          const highestAccuracy = Math.max(...points.map(({ accuracy }) => accuracy));
          const input = { points, highestAccuracy, testSampleCount: null, residuals: constants.residuals };
          const fitted = fitLearningCurve(points, curve.family, constants);
          return curve.points.slice(pilotSizeCount).map((target): Prediction => {
            const isNear = target.size <= FARTHEST_MULTIPLE * (points.at(-1)?.size ?? 0);
            return {
              curve,
              pilotSizeCount,
              target,
              band: isNear ? accuracyBand(fitted.accuracyAt(target.size), target.size, input) : null,
              sizeNeeded: samplesNeeded(fitted, target.accuracy, input).likely,
              forms: formAnswers(points, target),
            };
          });
        }),
      );
  });
}

function formAnswers(points: readonly PilotPoint[], target: PilotPoint): Prediction["forms"] {
  const answer = (form: CurveForm): FormAnswer | null => {
    const at = fitForm(form, points);
    if (at === null) return null;
    // Between half and twice the size the form passes through the accuracy, so that its need lies within twice.
    const needsWithinTwice = at(target.size / 2) <= target.accuracy && at(target.size * 2) >= target.accuracy;
    return { accuracy: at(target.size), needsWithinTwice };
  };
  const [powerLaw, powerLawWithOffset, logLinear, arctan] = CURVE_FORMS.map(answer);
  return {
    powerLaw: powerLaw ?? null,
    powerLawWithOffset: powerLawWithOffset ?? null,
    logLinear: logLinear ?? null,
    arctan: arctan ?? null,
  };
}

/** What the rule asks for the accuracy that each curve reached at its last size; averages over datasets have no class count. */
export function compareChapter(curves: readonly PublishedCurve[]): ChapterComparison[] {
  return curves.flatMap(({ classCount, points }) => {
    const last = points.at(-1);
    if (classCount === null || last === undefined) return [];
    return SHIFTS.map((shift) => ({
      shift,
      ratio: chapterDataRequirement("classification", last.accuracy, shift).split.train / (last.size * classCount),
    }));
  });
}
