"use client";

import { useMemo, useState } from "react";
import { DataTable } from "@/components/charts/DataTable";
import { LevelLine, PlotFrame } from "@/components/charts/PlotFrame";
import { nearestIndex, percent } from "@/components/charts/scale";
import { useByteUnit } from "@/components/ui/ByteUnit";
import type { BatchPoint, Estimate } from "@/lib/estimate/estimate";
import { calibrationSentence } from "@/lib/export/calibration-sentence";
import { formatBytes, formatBytesNumber, formatCount } from "@/lib/format";
import { categoryInSentence } from "./words";

/** Device memory against the batch on one GPU, with its range, the limit, and where the plan stands. */
export function BatchChart({ estimate }: { estimate: Estimate }) {
  const unit = useByteUnit();
  const [pointed, setPointed] = useState<number | null>(null);
  const { memory, plan, gpu } = estimate;
  const points = memory.byBatchSize;
  const first = points[0]?.batchSize ?? 1;
  const last = points.at(-1)?.batchSize ?? first;
  const along = useMemo(() => {
    const span = Math.log2(last / first) || 1;
    return (batchSize: number) => Math.log2(Math.max(1, batchSize) / first) / span;
  }, [first, last]);
  const positions = useMemo(() => points.map(({ batchSize }) => along(batchSize)), [points, along]);
  const top = Math.min(
    Math.max(...points.map(({ deviceBytes }) => deviceBytes.high)),
    Math.max(memory.usableBytes, memory.deviceBytes.high) * 1.3,
  );
  const paths = useMemo(() => bandPaths(points, positions, top), [points, positions, top]);
  const own = nearestIndex(positions, along(plan.perDeviceBatchSize));
  const index = pointed === null ? own : Math.min(pointed, points.length - 1);
  const point = points[index];
  const { batchSize: largest, limitedBy } = memory.largestBatch;
  const basis = estimate.calibration === undefined ? null : calibrationSentence(estimate.calibration);

  const atPoint =
    pointed === null || point === undefined
      ? { batchSize: plan.perDeviceBatchSize, deviceBytes: memory.deviceBytes }
      : point;
  const reading = describePoint(atPoint, memory.usableBytes, unit);

  return (
    <section aria-labelledby="batch-title" className="panel p-4 sm:p-6">
      <h3 id="batch-title" className="text-lg font-semibold tracking-tight">
        {largest > 0
          ? `Up to ${formatCount(largest)} per GPU, limited by ${categoryInSentence(limitedBy)}`
          : `Not even one pair per GPU: the limit is ${categoryInSentence(limitedBy)}`}
      </h3>
      <p className="mt-0.5 text-sm text-muted">Memory on the card against the batch per GPU; the band is the range.</p>
      <p className="mt-3 min-h-6 text-sm tabular-nums">
        <strong className="font-semibold">{pointed === null ? "Your batch" : "Batch"}</strong> {reading}
      </p>
      <div className="mt-2">
        <PlotFrame
          top={top}
          className="h-52 sm:h-60"
          cursor={{
            label: "Batch per GPU in the chart",
            valueText: reading,
            index,
            count: Math.max(1, points.length),
            locate: (fraction) => nearestIndex(positions, fraction),
            move: setPointed,
          }}
          overlay={
            <>
              <LevelLine
                bytes={memory.usableBytes}
                top={top}
                label={`usable: ${formatBytes(memory.usableBytes, unit)} on ${gpu.name}`}
                tone="border-over text-over"
              />
              <Mark
                fraction={along(plan.perDeviceBatchSize)}
                height={memory.deviceBytes.likely / top}
                label={`yours: ${formatCount(plan.perDeviceBatchSize)}`}
              />
              {pointed !== null && point !== undefined && (
                <div
                  aria-hidden="true"
                  className="pointer-events-none absolute inset-y-0 w-px bg-ink"
                  style={{ left: percent(along(point.batchSize)) }}
                />
              )}
            </>
          }
          xAxis={<BatchAxis points={points} along={along} />}
        >
          <defs>
            <pattern id="upper-range" width="9" height="24" patternUnits="userSpaceOnUse">
              <path d="M0 24L9 0" stroke="var(--accent)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
            </pattern>
          </defs>
          <path d={paths.band} fill="var(--accent-soft)" />
          <path d={paths.upper} fill="url(#upper-range)" />
          <path
            d={paths.likely}
            fill="none"
            stroke="var(--accent)"
            strokeWidth="2.25"
            vectorEffect="non-scaling-stroke"
          />
        </PlotFrame>
      </div>
      <DataTable
        caption="Memory on the card against the batch per GPU"
        fileName="headroom-batch.csv"
        head={["batch per GPU", "low", "likely", "high", ...(basis === null ? [] : ["calibrated by"])]}
        rows={() =>
          points.map(({ batchSize, deviceBytes }) => [
            ...[batchSize, deviceBytes.low, deviceBytes.likely, deviceBytes.high],
            ...(basis === null ? [] : [basis]),
          ])
        }
        show={(value, column) =>
          typeof value !== "number" ? value : column === 0 ? formatCount(value) : formatBytes(value, unit)
        }
      />
    </section>
  );
}

function describePoint(
  { batchSize, deviceBytes }: BatchPoint,
  usableBytes: number,
  unit: "GiB" | "GB" | "MiB",
): string {
  const verdict =
    deviceBytes.high <= usableBytes ? "fits" : deviceBytes.likely <= usableBytes ? "tight" : "does not fit";
  const range = `${formatBytesNumber(deviceBytes.low, unit)}–${formatBytesNumber(deviceBytes.high, unit)}`;
  return `${formatCount(batchSize)}: ${formatBytes(deviceBytes.likely, unit)} (${range}), ${verdict}`;
}

function bandPaths(points: readonly BatchPoint[], positions: readonly number[], top: number) {
  const at = (index: number, bytes: number) =>
    `${((positions[index] ?? 0) * 1000).toFixed(1)} ${((1 - bytes / top) * 1000).toFixed(1)}`;
  const line = (level: "low" | "likely" | "high") =>
    points.map(({ deviceBytes }, index) => at(index, deviceBytes[level]));
  const between = (upper: readonly string[], lower: readonly string[]) =>
    `M${upper.join("L")}L${lower.toReversed().join("L")}Z`;
  return {
    band: between(line("high"), line("low")),
    upper: between(line("high"), line("likely")),
    likely: `M${line("likely").join("L")}`,
  };
}

function Mark({ fraction, height, label }: { fraction: number; height: number; label: string }) {
  if (fraction < 0 || fraction > 1) return null;
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-y-0" style={{ left: percent(fraction) }}>
      <div className="absolute bottom-0 w-px bg-ink/50" style={{ height: percent(Math.min(1, height)) }} />
      <div
        className="absolute size-3 -translate-x-1/2 translate-y-1/2 rounded-full border-2 border-panel bg-ink"
        style={{ bottom: percent(Math.min(1, height)) }}
      />
      <span
        className={`absolute bottom-1 rounded-sm bg-panel/85 px-1 text-xs font-medium whitespace-nowrap ${fraction > 0.5 ? "right-2" : "left-2"}`}
      >
        {label}
      </span>
    </div>
  );
}

/** Powers of two; every other one steps aside where there is little room. */
function BatchAxis({ points, along }: { points: readonly BatchPoint[]; along: (batchSize: number) => number }) {
  const last = points.at(-1)?.batchSize ?? 1;
  const powers = Array.from({ length: Math.floor(Math.log2(last)) + 1 }, (_, power) => 2 ** power).filter(
    (batchSize) => along(batchSize) >= 0,
  );
  return (
    <div aria-hidden="true" className="relative h-10 text-xs text-muted tabular-nums">
      {powers.map((batchSize, index) => (
        <span
          key={batchSize}
          className={`absolute top-1 -translate-x-1/2 ${index % 2 === 1 ? "max-sm:hidden" : ""}`}
          style={{ left: percent(along(batchSize)) }}
        >
          {formatCount(batchSize)}
        </span>
      ))}
      <span className="absolute top-5 left-1/2 -translate-x-1/2">batch per GPU</span>
    </div>
  );
}
