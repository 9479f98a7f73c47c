import { formatPoints } from "../../format";
import type { ExpectedAccuracy } from "./expected-accuracy";

/** Whether training on more data beats doing nothing, which is what zero-shot costs. */
export interface ZeroShotWorth {
  readonly verdict: "worth_it" | "too_close_to_tell" | "below_zero_shot" | "not_known";
  readonly zeroShotAccuracy: number | null;
  /** Size at which the comparison is made. */
  readonly size: number | null;
  /** Expected accuracy there less zero-shot accuracy. */
  readonly gain: number | null;
  /** What doubling that size once more is expected to add; null where it is not predicted. */
  readonly gainOfDoubling: number | null;
  readonly text: string;
}

/** @param size  to compare at: the next round, or the pilot's largest where no round follows */
export function zeroShotWorth(
  zeroShotAccuracy: number | null,
  expected: ExpectedAccuracy,
  size: number | null,
): ZeroShotWorth {
  if (zeroShotAccuracy === null || size === null || expected.basis === "none") {
    const text =
      zeroShotAccuracy === null
        ? "Measure the zero-shot accuracy: it costs a few minutes and no labels beyond the test set, and training has to beat it."
        : "Nothing is known yet about what training would bring.";
    return { verdict: "not_known", zeroShotAccuracy, size, gain: null, gainOfDoubling: null, text };
  }
  const at = Math.min(size, expected.to);
  const { likely, low80, high80 } = expected.at(at);
  const gain = likely - zeroShotAccuracy;
  const gainOfDoubling = at * 2 <= expected.to ? expected.at(at * 2).likely - likely : null;
  const verdict =
    low80 > zeroShotAccuracy ? "worth_it" : high80 < zeroShotAccuracy ? "below_zero_shot" : "too_close_to_tell";
  return { verdict, zeroShotAccuracy, size: at, gain, gainOfDoubling, text: TEXTS[verdict](gain) };
}

const TEXTS = {
  worth_it: (gain: number) =>
    `Training is expected to gain ${formatPoints(gain)} over zero-shot, and gains at the lower edge of the band too.`,
  below_zero_shot: (gain: number) =>
    `Training on so few images is expected to be ${formatPoints(-gain)} below zero-shot: collect more, or choose a strategy that starts from the class texts.`,
  too_close_to_tell: () => "Whether training beats zero-shot at this size is too close to tell: the band holds both.",
} as const;
