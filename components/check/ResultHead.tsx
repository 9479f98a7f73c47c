"use client";

import { planQuery } from "@/components/gpus/plan-link";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { formatSeconds } from "@/lib/format";
import type { Validation } from "@/lib/profile/validation";
import { verdictOf } from "@/lib/profile/verdict";
import { askedQuery } from "./asked";
import { largestMeasured } from "./figures";
import { StateIcon, TONES } from "./StateBadge";
import { headline, standingOf } from "./words";

/** What came of it, in one sentence. */
export function ResultHead({ validation }: { validation: Validation }) {
  const unit = useByteUnit();
  const { tone, title, measured } = headline(validation, unit);
  const { state, rows, remarks, wallSeconds } = validation;
  const reachedCount = rows.filter(({ outcome }) => outcome !== "not_run").length;
  const isAnythingMeasured = largestMeasured(rows) !== null;
  const standing = standingOf(
    state,
    rows.every(({ outcome }) => outcome === "measured"),
  );
  const look = TONES[tone];
  const reason = reasonText(validation);
  return (
    <section
      aria-labelledby="result"
      className={`rounded-xl border border-line px-4 py-4 sm:px-6 sm:py-5 ${look.soft}`}
    >
      <h2
        id="result"
        className="flex items-start gap-2.5 text-lg leading-snug font-semibold tracking-tight text-pretty tabular-nums sm:text-xl"
      >
        <StateIcon standing={standing} className={`mt-0.5 size-6 ${look.text}`} />
        <span className="min-w-0">{title}</span>
      </h2>
      {reason !== null && <p className="mt-2 text-sm wrap-anywhere">{reason}</p>}
      {measured !== null && (
        <p className="mt-2 tabular-nums">
          <span className="font-medium">What was measured until then:</span> {measured}
        </p>
      )}
      {!isAnythingMeasured && state.kind === "failed" && validation.device === "cuda" && (
        <GpuWayOut validation={validation} />
      )}
      {verdictOf(validation).reasons.map((why) => (
        <p key={why} className="mt-2 text-sm">
          {why}
        </p>
      ))}
      {wallSeconds !== null && (
        <p className="mt-2 text-sm text-muted">
          It took {formatSeconds(wallSeconds)} in all,{" "}
          {reachedCount === 1 ? "for one batch size" : `for ${reachedCount} batch sizes`}.
        </p>
      )}
      {/* What a measurement proves is no matter where there is none. */}
      {isAnythingMeasured && remarks.length > 0 && (
        <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A run on the GPU that gave nothing mostly lacks a driver or a library. */
function GpuWayOut({ validation: { plan, batchSizes } }: { validation: Validation }) {
  const query = planQuery(plan);
  return (
    <p className="mt-2 text-sm">
      <code className="whitespace-nowrap">npm run -s headroom -- doctor</code> says what a run on the GPU lacks on this
      machine, and how to get it.
      {query !== null && (
        <>
          {" "}
          <a className="link" href={`/check?${query}&${askedQuery({ device: "cpu", batches: batchSizes.join(",") })}`}>
            Check it on the CPU instead
          </a>
          , which shows memory, but no speed of a GPU.
        </>
      )}
    </p>
  );
}

/** What exactly stopped it, where the title does not say it. */
function reasonText({ rows }: Validation): string | null {
  const ends = ["would_not_fit", "out_of_memory", "failed"] as const;
  return rows.find(({ outcome }) => ends.some((end) => end === outcome))?.reason ?? null;
}
