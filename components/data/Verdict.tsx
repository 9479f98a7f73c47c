"use client";

import { CircleCheck, CircleHelp, Compass, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { DataOverview } from "@/lib/api/data-overview";
import type { NeedStatus } from "@/lib/estimate/data/data-need";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import { formatCount, formatPoints, formatRoughSeconds, formatUsd } from "@/lib/format";
import { headline, rangeWords, STATUS_WORDS } from "./words";

const SURE = { soft: "bg-fits-soft", text: "text-fits", icon: CircleCheck } as const;
const ROUGH = { soft: "bg-tight-soft", text: "text-tight", icon: TriangleAlert } as const;
const OPEN = { soft: "bg-sunken", text: "text-muted", icon: CircleHelp } as const;

const TONES = {
  reached: SURE,
  predicted: SURE,
  beyond_prediction: ROUGH,
  not_established: ROUGH,
  order_of_magnitude: { ...ROUGH, icon: Compass },
  no_target: OPEN,
  no_evidence: OPEN,
} as const satisfies Record<NeedStatus, { soft: string; text: string; icon: typeof CircleHelp }>;

/** The pilot's own faults are told where nobody misses them. */
const LOUD_CAVEATS: ReadonlySet<string> = new Set([
  "pilot_falls",
  "pilot_is_level",
  "sizes_too_close",
  "accuracy_at_the_end",
  "pilot_off_the_curve",
  "pilot_below_chance",
  "one_class",
]);

/** Then the need of a strategy is beside the point. */
const ZERO_SHOT_IS_ENOUGH = "zero_shot_reaches_target";

/** The answer in one sentence, how firm it is, what it comes to, and why. */
export function Verdict({ overview, actions }: { overview: DataOverview; actions: ReactNode }) {
  const { requirement } = overview;
  const { needStatus, needReason, zeroShot, caveats, request } = requirement;
  const enough =
    request.strategy === "zero_shot" ? undefined : caveats.find(({ code }) => code === ZERO_SHOT_IS_ENOUGH);
  const tone = enough === undefined ? TONES[needStatus] : SURE;
  const { soft, text, icon: Icon } = tone;
  const words = enough === undefined ? STATUS_WORDS[needStatus] : "no training needed";
  const reason = enough?.text ?? needReason;
  const loud = caveats.filter(({ code }) => LOUD_CAVEATS.has(code));
  const isCompared = request.zeroShotAccuracy !== null && request.strategy !== "zero_shot";
  return (
    <section aria-labelledby="need">
      <div
        className={`rounded-t-xl border border-line px-4 py-3 max-lg:sticky max-lg:top-0 max-lg:z-20 sm:px-6 sm:py-5 ${soft}`}
      >
        <div className="flex items-start gap-2.5 sm:gap-3">
          <Icon aria-hidden="true" className={`mt-0.5 size-6 shrink-0 sm:size-8 ${text}`} />
          <div className="min-w-0">
            <h2
              id="need"
              className={`text-base leading-snug font-semibold tracking-tight text-pretty sm:text-2xl ${text}`}
            >
              {headline(overview)}
            </h2>
            <p className="mt-1 text-sm max-sm:hidden">
              <Status words={words} tone={text} /> {reason}
            </p>
          </div>
        </div>
      </div>
      <div className="rounded-b-xl border border-t-0 border-line bg-panel px-4 py-4 sm:px-6">
        <p className="mb-3 text-sm sm:hidden">
          <Status words={words} tone={text} /> {reason}
        </p>
        <Figures requirement={requirement} />
        {loud.length > 0 && (
          <ul className="mt-3 space-y-1 text-sm">
            {loud.map(({ code, text: caveat }) => (
              <li key={`${code} ${caveat}`} className="flex items-start gap-2 rounded-md bg-tight-soft px-3 py-2">
                <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-tight" />
                {caveat}
              </li>
            ))}
          </ul>
        )}
        {isCompared && (
          <p className="mt-3 text-sm">
            {zeroShot.text}
            {gainOfDoubling(requirement)}
          </p>
        )}
        <div className="mt-3 flex flex-wrap items-center gap-2">{actions}</div>
      </div>
    </section>
  );
}

/** How firm the need is, in words. */
function Status({ words, tone }: { words: string; tone: string }) {
  return (
    <span
      className={`mr-1 rounded-full border border-current px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tone}`}
    >
      {words}
    </span>
  );
}

function gainOfDoubling({ zeroShot: { gainOfDoubling: gain } }: DataRequirement): string {
  return gain === null ? "" : ` Doubling the images once more is expected to add ${formatPoints(gain)}.`;
}

/** What the need comes to, in the units in which people plan. */
function Figures({ requirement }: { requirement: DataRequirement }) {
  const { imagesNeeded, split, annotation } = requirement;
  const figures: { label: string; value: string; note: string }[] = [];
  if (imagesNeeded !== null && imagesNeeded.likely !== null) {
    figures.push({
      label: "Training images in all",
      value: formatCount(imagesNeeded.likely),
      note: rangeWords(imagesNeeded),
    });
  }
  if (split !== null && split.testSampleCount !== null && split.validationSampleCount !== null) {
    figures.push({
      label: "To choose and to judge by",
      value: `${formatCount(split.validationSampleCount)} + ${formatCount(split.testSampleCount)}`,
      note: `accuracy to ± ${formatPoints(split.halfWidth)}`,
    });
  }
  if (annotation !== null) {
    figures.push({
      label: "Labelling all of them",
      value: formatRoughSeconds(annotation.seconds.likely),
      note: annotation.costUsd === null ? "no list price" : `about ${formatUsd(annotation.costUsd.likely)}`,
    });
  }
  if (figures.length === 0) return null;
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-3">
      {figures.map(({ label, value, note }) => (
        <div key={label}>
          <dt className="text-sm text-muted">{label}</dt>
          <dd className="text-xl font-semibold">{value}</dd>
          <dd className="text-sm text-muted">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
