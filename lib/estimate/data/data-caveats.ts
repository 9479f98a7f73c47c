import { formatAccuracy, formatCount } from "../../format";
import type { Caveat } from "../estimate";
import { zeroShotReaches } from "./data-need";
import type { DataRequest } from "./data-request";
import { DATA_STRATEGIES } from "./data-strategies";
import type { ExpectedAccuracy } from "./expected-accuracy";
import { ACCURACY_FLOOR } from "./learning-curve";
import { type PilotPoint, pilotFalls, pilotSizeCount } from "./pilot";
import { LARGEST_PUBLISHED_SHOTS } from "./without-pilot";

/** What the answer rests on and does not cover, in words a user can act on. */
export function dataCaveats(request: DataRequest, expected: ExpectedAccuracy): Caveat[] {
  const caveats: Caveat[] = [];
  const say = (code: string, text: string) => caveats.push({ code, text });
  const { points } = expected;
  if (request.strategy !== "zero_shot" && zeroShotReaches(request)) {
    say(
      "zero_shot_reaches_target",
      `The zero-shot accuracy of ${formatAccuracy(request.zeroShotAccuracy)} is at the target already: training pays only for a higher one.`,
    );
  }
  if (request.task === "classification" && request.classCount === 1) {
    say(
      "one_class",
      "With one class every answer is right: count the class of everything else too, and measure accuracy over both.",
    );
  }
  if (points.length > 0) pilotCaveats(request, expected, say);
  else if (expected.basis === "zero_shot" && request.strategy !== "zero_shot") {
    say(
      "no_pilot",
      "Without a pilot the need is an order of magnitude: datasets differ more than anything that is known about yours. Two " +
        "trainings on a few hundred images say more.",
    );
  }
  if (request.task !== "classification") {
    say(
      "no_published_curves",
      `No learning curves of ${request.task} with CLIP are published: a pilot is followed with the slopes and bands of ` +
        "classification, and without one there is only the chapter's rule.",
    );
  }
  const { label, family } = DATA_STRATEGIES[request.strategy];
  if (family === null && request.strategy !== "zero_shot") {
    say(
      "strategy_without_curves",
      `Too few few-shot curves of “${label}” are published: the slope is that of all strategies together.`,
    );
  }
  return caveats;
}

function pilotCaveats(
  request: DataRequest,
  expected: ExpectedAccuracy,
  say: (code: string, text: string) => void,
): void {
  const { points, curve } = expected;
  const unit = request.unit === "images" ? "images" : "shots";
  for (const { from, to } of pilotFalls(points)) {
    say(
      "pilot_falls",
      `The pilot is not monotone: ${formatCount(to.size)} ${unit} gave ${formatAccuracy(to.accuracy)}, less than the ` +
        `${formatAccuracy(from.accuracy)} of ${formatCount(from.size)}. Repeat both with other seeds; the curve runs between them.`,
    );
  }
  if (curve !== null && curve.slopes.error === 0 && curve.slopes.odds === 0) {
    say(
      "pilot_is_level",
      "The pilot does not rise: the expected accuracy is level, and no amount of data is said to reach more.",
    );
  }
  const sizesOf = (some: readonly PilotPoint[]) => {
    const isOne = some.length === 1 && some[0]?.size === 1;
    return `At ${some.map(({ size }) => formatCount(size)).join(", ")} ${isOne ? unit.replace(/s$/, "") : unit}`;
  };
  const off = pointsOff(expected);
  if (off.length > 0) {
    say(
      "pilot_off_the_curve",
      `${sizesOf(off)} the pilot lies farther from the curve through it than nine of ten published accuracies lie from theirs: train ` +
        "there again with other seeds, and look whether all sizes were trained alike. The band is that of pilots which rise evenly, and too narrow here.",
    );
  }
  const { classCount } = request;
  const chance = request.task === "classification" && classCount !== null && classCount > 1 ? 1 / classCount : 0;
  const guesses = points.filter(({ accuracy }) => accuracy < chance);
  if (guesses.length > 0) {
    say(
      "pilot_below_chance",
      `${sizesOf(guesses)} the pilot is below the ${formatAccuracy(chance)} that guessing among ${formatCount(classCount ?? 0)} classes gives: ` +
        "look at labels and evaluation before more is collected.",
    );
  }
  if (points.length > pilotSizeCount(points) && pilotSizeCount(points) < 4) {
    say(
      "sizes_too_close",
      "The pilot's sizes lie closer together than doublings and count as fewer: sizes such as 1, 2, 4, 8 tell more about the slope.",
    );
  }
  if (points.length === 1) {
    say(
      "single_size",
      "One size says where the curve is and not where it goes: the slope is that of published curves.",
    );
  }
  if (points.some(({ accuracy }) => accuracy >= 1 - ACCURACY_FLOOR || accuracy <= ACCURACY_FLOOR)) {
    say(
      "accuracy_at_the_end",
      "An accuracy of 0 or 100 % lies at the end of what a test set can show and is taken as half a tenth of a percent short of it.",
    );
  }
  if (request.pilotTestSampleCount === null) {
    say(
      "test_noise_not_included",
      "How many images the pilot was tested on was not said: the band is that of large test sets, as in the published experiments.",
    );
  }
  const largest = points.at(-1)?.size ?? 0;
  const shots =
    request.unit === "shotsPerClass" ? largest : request.classCount === null ? null : largest / request.classCount;
  if (shots !== null && shots > LARGEST_PUBLISHED_SHOTS) {
    say(
      "beyond_published_sizes",
      `The published curves end at ${LARGEST_PUBLISHED_SHOTS} images a class; that larger pilots go on in the same way is an assumption.`,
    );
  }
}

/** Points of the pilot that lie outside the 90 % band around its own curve. */
function pointsOff({ points, at }: ExpectedAccuracy): PilotPoint[] {
  return points.filter(({ size, accuracy }) => {
    const { low90, high90 } = at(size);
    return accuracy < low90 || accuracy > high90;
  });
}
