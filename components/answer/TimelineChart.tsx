"use client";

import { useMemo, useState } from "react";
import { CATEGORY_COLORS } from "@/components/charts/category-colors";
import { DataTable } from "@/components/charts/DataTable";
import { LevelLine, PlotFrame } from "@/components/charts/PlotFrame";
import { Swatch } from "@/components/charts/Swatch";
import { nearestIndex, percent } from "@/components/charts/scale";
import { outline, sampleFraction, stackedAreas, totals } from "@/components/charts/timeline-geometry";
import { Bytes, useByteUnit } from "@/components/ui/ByteUnit";
import {
  type Estimate,
  MEMORY_CATEGORIES,
  MEMORY_CATEGORY_LABELS,
  type MemoryEstimate,
  type MemoryTimeline,
  type StepPhase,
} from "@/lib/estimate/estimate";
import { formatBytes, formatCount } from "@/lib/format";
import { largestAtPeak, PHASE_NAMES, PHASES_IN_SENTENCE } from "./words";

/** Names under the axis. Each shows only where its own stretch is wide enough for it. */
const PHASE_LABELS = {
  "forward.image": { short: "image", room: "@min-[2.75rem]:block" },
  "forward.text": { short: "text", room: "@min-[2rem]:block" },
  loss: { short: "loss", room: "@min-[2rem]:block" },
  "backward.loss": { short: "loss", room: "@min-[2rem]:block" },
  "backward.text": { short: "text", room: "@min-[2rem]:block" },
  "backward.image": { short: "image", room: "@min-[2.75rem]:block" },
  optimizer: { short: "", room: "" },
} as const satisfies Record<StepPhase, { short: string; room: string }>;

const GROUPS = [
  { name: "forward", room: "@min-[3.5rem]:block", holds: ["forward.image", "forward.text", "loss"] },
  { name: "backward", room: "@min-[4rem]:block", holds: ["backward.loss", "backward.text", "backward.image"] },
  { name: "optimizer", room: "@min-[4rem]:block", holds: ["optimizer"] },
] as const satisfies readonly { name: string; room: string; holds: readonly StepPhase[] }[];

/** Where the limit is further away than this, the chart shows the step and names the limit beyond it. */
const LARGEST_SCALE = 2.5;

/** What two lines of a label take of the chart's height, at most. With less room below the limit they go under the peak. */
const LABEL_HEIGHT = 0.17;

/** What is allocated at every moment of one training step, by category. */
export function TimelineChart({ estimate }: { estimate: Estimate }) {
  const unit = useByteUnit();
  const { memory, gpu } = estimate;
  const { timeline } = memory;
  const [pointed, setPointed] = useState<number | null>(null);
  const top = chartTop(memory);
  const areas = useMemo(() => stackedAreas(timeline, top), [timeline, top]);
  const line = useMemo(() => outline(timeline, top), [timeline, top]);
  const total = useMemo(() => totals(timeline), [timeline]);

  const sample = pointed === null ? timeline.peak : Math.min(pointed, timeline.event.length - 1);
  const phase = phaseAt(timeline, sample);
  const moment = `${phase === undefined ? "" : `${PHASE_NAMES[phase]}, `}${timeline.operation[sample] ?? ""}`;
  const peakFraction = sampleFraction(timeline, timeline.peak);
  const largest = largestAtPeak(memory);

  return (
    <section aria-labelledby="timeline-title" className="panel p-4 sm:p-6">
      <h3 id="timeline-title" className="text-lg font-semibold tracking-tight">
        Memory peaks {PHASES_IN_SENTENCE[memory.peakPhase]}; the largest part is {largest.label},{" "}
        {formatBytes(largest.bytes, unit)}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        Allocated memory through one training step of {formatCount(timeline.eventCount)} allocations and frees. Point at
        a moment, or use the arrow keys.
      </p>

      <div className="mt-4 flex min-h-12 flex-wrap items-baseline justify-between gap-x-4 border-b border-line pb-2 sm:min-h-0">
        <p className="min-w-0 text-sm">
          <strong className="font-semibold">{sample === timeline.peak ? "At the peak" : "Here"}</strong>{" "}
          <span className="break-words text-muted">{moment}</span>
        </p>
        <p className="font-semibold">
          <Bytes value={total[sample] ?? 0} /> <span className="font-normal text-muted">allocated</span>
        </p>
      </div>
      <ul className="mt-2 grid grid-cols-1 gap-x-5 gap-y-0.5 text-[0.8125rem] min-[26rem]:grid-cols-2 xl:grid-cols-4">
        {MEMORY_CATEGORIES.map((category) => (
          <li key={category} className="flex items-center gap-2">
            <Swatch color={CATEGORY_COLORS[category]} />
            <span className="min-w-0 flex-1 truncate">{MEMORY_CATEGORY_LABELS[category]}</span>
            <Bytes value={timeline.bytes[category][sample] ?? 0} />
          </li>
        ))}
      </ul>

      <div className="mt-4">
        <PlotFrame
          top={top}
          className="h-64 sm:h-80"
          cursor={{
            label: "Moment of the training step",
            valueText: `${moment}: ${formatBytes(total[sample] ?? 0, unit)} allocated`,
            index: sample,
            count: timeline.event.length,
            locate: (fraction) => nearestIndex(timeline.event, fraction * (timeline.eventCount - 1)),
            move: setPointed,
          }}
          overlay={
            <>
              <LevelLine
                bytes={memory.usableBytes}
                top={top}
                label={`usable: ${formatBytes(memory.usableBytes, unit)} on ${gpu.name}`}
                tone="border-over text-over"
                side={peakFraction < 0.5 ? "right" : "left"}
              />
              <PeakMark memory={memory} top={top} fraction={peakFraction} />
              {pointed !== null && (
                <div
                  aria-hidden="true"
                  className="pointer-events-none absolute inset-y-0 w-px bg-ink"
                  style={{ left: percent(sampleFraction(timeline, sample)) }}
                />
              )}
            </>
          }
          xAxis={<Phases timeline={timeline} current={phase} />}
        >
          {areas.map(({ category, path }) => (
            <path key={category} d={path} fill={CATEGORY_COLORS[category]} />
          ))}
          <path d={line} fill="none" stroke="var(--ink)" strokeWidth="1.25" vectorEffect="non-scaling-stroke" />
        </PlotFrame>
      </div>
      <DataTable
        caption="Allocated memory through one training step"
        fileName="headroom-step.csv"
        head={["phase", "event", "operation", ...MEMORY_CATEGORIES, "total"]}
        rows={() =>
          timeline.event.map((event, index) => [
            phaseAt(timeline, index) ?? "",
            event,
            timeline.operation[index] ?? "",
            ...MEMORY_CATEGORIES.map((category) => timeline.bytes[category][index] ?? 0),
            total[index] ?? 0,
          ])
        }
        show={(value, column) => (column > 2 && typeof value === "number" ? formatBytes(value, unit) : String(value))}
      />
    </section>
  );
}

function chartTop({ deviceBytes, usableBytes }: MemoryEstimate): number {
  return usableBytes > LARGEST_SCALE * deviceBytes.high
    ? deviceBytes.high * 1.3
    : Math.max(usableBytes, deviceBytes.high) * 1.08;
}

/** The highest moment, and above it what the allocator and the runtime hold besides. */
function PeakMark({ memory, top, fraction }: { memory: MemoryEstimate; top: number; fraction: number }) {
  const unit = useByteUnit();
  const allocated = memory.allocatedPeakBytes.likely;
  const device = memory.deviceBytes.likely;
  const roomAbove = (memory.usableBytes - device) / top;
  const isUnderLimit = memory.usableBytes <= top && roomAbove > 0 && roomAbove < LABEL_HEIGHT;
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-0">
      <div
        className="hatched absolute w-2 -translate-x-1/2 border border-ink/60"
        style={{
          left: percent(fraction),
          bottom: percent(allocated / top),
          height: percent((device - allocated) / top),
        }}
      />
      <div
        className="absolute size-2.5 -translate-x-1/2 translate-y-1/2 rounded-full border-2 border-panel bg-ink"
        style={{ left: percent(fraction), bottom: percent(allocated / top) }}
      />
      <p
        className={`absolute w-50 text-center text-xs leading-tight tabular-nums ${isUnderLimit ? "mt-2.5" : "mb-1"}`}
        style={{
          left: `clamp(0px, calc(${percent(fraction)} - 6.25rem), calc(100% - 12.5rem))`,
          ...(isUnderLimit ? { top: percent(1 - allocated / top) } : { bottom: percent(device / top) }),
        }}
      >
        <span className="inline-block rounded-md bg-panel/85 px-1.5 py-0.5">
          <strong className="font-semibold">peak {formatBytes(allocated, unit)}</strong>
          <br />
          {formatBytes(device, unit)} with cache and context
        </span>
      </p>
    </div>
  );
}

function Phases({ timeline, current }: { timeline: MemoryTimeline; current: StepPhase | undefined }) {
  const stretches = timeline.phases.map(({ phase, from, to }) => ({
    phase,
    from: sampleFraction(timeline, from),
    to: to >= timeline.event.length ? 1 : sampleFraction(timeline, to),
  }));
  const groups = GROUPS.map(({ name, room, holds }) => {
    const held = stretches.filter(({ phase }) => holds.some((one) => one === phase));
    return { name, room, from: held[0]?.from ?? 0, to: held.at(-1)?.to ?? 0 };
  });
  return (
    <div aria-hidden="true" className="relative h-12 text-xs text-muted">
      {stretches.map(({ phase, from, to }) => (
        <div
          key={phase}
          className={`@container absolute top-0 h-5 overflow-hidden border-r border-line text-center ${phase === current ? "bg-accent-soft text-ink" : ""}`}
          style={{ left: percent(from), width: percent(to - from) }}
        >
          <span className={`hidden pt-0.5 ${PHASE_LABELS[phase].room}`}>{PHASE_LABELS[phase].short}</span>
        </div>
      ))}
      {groups.map(({ name, room, from, to }) => (
        <div
          key={name}
          className="@container absolute top-5 h-6 overflow-hidden border-x border-t border-line text-center font-medium"
          style={{ left: percent(from), width: percent(Math.max(0, to - from)) }}
        >
          <span className={`hidden pt-0.5 ${room}`}>{name}</span>
        </div>
      ))}
    </div>
  );
}

function phaseAt(timeline: MemoryTimeline, sample: number): StepPhase | undefined {
  return timeline.phases.find(({ from, to }) => from <= sample && sample < to)?.phase;
}
