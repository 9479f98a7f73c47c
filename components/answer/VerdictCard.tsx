"use client";

import { percent } from "@/components/charts/scale";
import { useByteUnit } from "@/components/ui/ByteUnit";
import type { Estimate, MemoryEstimate } from "@/lib/estimate/estimate";
import { timeAndCostSentence } from "./time-words";
import { VERDICT_TONES, VerdictIcon } from "./VerdictIcon";
import { categoryInSentence, largestBatchText, verdictFigures, verdictHeadline, verdictRange } from "./words";

/** The answer in one line. On a small screen it stays in sight while the rest scrolls. */
export function VerdictHead({ estimate }: { estimate: Estimate }) {
  const unit = useByteUnit();
  const { memory } = estimate;
  const tone = VERDICT_TONES[memory.verdict];
  return (
    <div className={`rounded-t-xl border border-line px-4 py-3 sm:px-6 sm:py-5 ${tone.soft}`}>
      <div className="flex items-start gap-2.5 sm:gap-3">
        <VerdictIcon verdict={memory.verdict} className="mt-0.5 size-6 sm:size-8" />
        <div className="min-w-0">
          <h2 id="verdict" className={`text-lg leading-snug font-semibold tracking-tight sm:text-3xl ${tone.text}`}>
            {verdictHeadline(estimate)}
          </h2>
          <p className="font-medium tabular-nums max-sm:text-sm sm:mt-1 sm:text-lg">
            {verdictFigures(memory, unit)}
            {estimate.plan.deviceCount > 1 && <span className="font-normal text-muted"> · on each GPU</span>}
          </p>
        </div>
      </div>
      <Gauge memory={memory} />
    </div>
  );
}

/** What the range means, and the largest batch there is room for. */
export function VerdictDetails({
  estimate,
  onBatch,
}: {
  estimate: Estimate;
  /** Sets the batch; absent where the plan cannot be changed. */
  onBatch?: (batchSize: number) => void;
}) {
  const unit = useByteUnit();
  const { memory, plan } = estimate;
  const { largestBatch } = memory;
  const suggested = largestBatch.multipleOf8 ?? largestBatch.batchSize;
  return (
    <div className="space-y-1.5 rounded-b-xl border border-t-0 border-line bg-panel px-4 py-3 sm:px-6 sm:py-4">
      <TimeAndCost estimate={estimate} />
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span>
          Largest batch per GPU <strong className="font-semibold tabular-nums">{largestBatchText(largestBatch)}</strong>{" "}
          · limited by {categoryInSentence(largestBatch.limitedBy)}
        </span>
        {onBatch !== undefined && suggested > 0 && suggested !== plan.perDeviceBatchSize && (
          <button type="button" className="link" onClick={() => onBatch(suggested)}>
            Use {suggested}
          </button>
        )}
      </p>
      <p className="text-sm text-muted tabular-nums">
        {verdictRange(memory, unit)}{" "}
        {memory.deviceBytes.reason !== undefined && `Range: ${memory.deviceBytes.reason}. `}
        <a className="link" href="/accuracy">
          How we know
        </a>
      </p>
    </div>
  );
}

/** How long and for how much, in one sentence; the cards below hold what it is made of. */
function TimeAndCost({ estimate }: { estimate: Estimate }) {
  const sentence = timeAndCostSentence(estimate);
  if (sentence === null && estimate.noTime === null) return null;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 sm:text-lg">
      <strong id="time-and-cost" className="min-w-0 font-medium tabular-nums">
        {sentence ?? `No time: ${estimate.noTime?.reason}`}
      </strong>
      <a className="link text-sm" href="#time-title">
        {sentence === null ? "what would have one" : "what it is made of"}
      </a>
    </p>
  );
}

/** How full the card is: the likely figure solid, up to the upper one hatched, the usable memory as the end mark. */
function Gauge({ memory }: { memory: MemoryEstimate }) {
  const { deviceBytes, usableBytes } = memory;
  const whole = Math.max(usableBytes, deviceBytes.high);
  return (
    <div
      aria-hidden="true"
      className="relative mt-2.5 h-2 overflow-clip rounded-full bg-ink/12 [overflow-clip-margin:4px] sm:mt-4 sm:h-2.5"
    >
      <div
        className="absolute inset-y-0 left-0 rounded-l-full"
        style={{ width: percent(deviceBytes.likely / whole), backgroundColor: VERDICT_TONES[memory.verdict].color }}
      />
      <div
        className="hatched absolute inset-y-0"
        style={{
          left: percent(deviceBytes.likely / whole),
          width: percent((deviceBytes.high - deviceBytes.likely) / whole),
        }}
      />
      <div
        className="absolute -inset-y-1 w-0.5 -translate-x-full bg-ink"
        style={{ left: percent(usableBytes / whole) }}
      />
    </div>
  );
}
