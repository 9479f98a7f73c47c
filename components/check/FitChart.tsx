"use client";

import { type PointerEvent, useState } from "react";
import { DataTable } from "@/components/charts/DataTable";
import { nearestIndex, niceTicks, percent } from "@/components/charts/scale";
import { formatCount, formatFigure } from "@/lib/format";
import type { Line } from "@/lib/profile/validation";
import { type FitPoint, fitFrame, linePath } from "./fit-geometry";

/** A figure over the batch: what was measured with its spread, the straight line through it, and what was predicted. */
export function FitChart({
  id,
  title,
  subtitle,
  points,
  line,
  unit,
  perUnit,
  show,
  fileName,
  fileUnit,
}: {
  id: string;
  /** States the finding. */
  title: string;
  subtitle: string;
  /** Ascending by batch size; at least one. */
  points: readonly FitPoint[];
  line: Line;
  /** Of the axis, and how much of the figures' own unit it is. */
  unit: string;
  perUnit: number;
  /** A figure with its unit. */
  show: (value: number) => string;
  fileName: string;
  fileUnit: string;
}) {
  const [pointed, setPointed] = useState<number | null>(null);
  const frame = fitFrame(points);
  const x = (batchSize: number) => percent(batchSize / frame.right);
  const y = (value: number) => percent(Math.min(1, Math.max(0, value / frame.top)));
  const path = linePath(line, frame);
  const ticks = niceTicks(frame.top / perUnit, 5);
  const index = pointed ?? points.length - 1;
  const point = points[index];
  const hasPredictions = points.some(({ predicted }) => predicted !== null);
  const hasSpread = points.some(({ low }) => low !== null);

  function onPointer(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width === 0) return;
    const batchSize = ((event.clientX - box.left) / box.width) * frame.right;
    setPointed(
      nearestIndex(
        points.map((each) => each.batchSize),
        batchSize,
      ),
    );
  }

  const reading = point === undefined ? "" : readingOf(point, show);
  return (
    <section aria-labelledby={id} className="panel min-w-0 p-4 sm:p-6">
      <h3 id={id} className="text-lg leading-snug font-semibold tracking-tight text-pretty">
        {title}
      </h3>
      <p className="mt-0.5 text-sm text-muted">{subtitle}</p>
      <p className="mt-3 min-h-10 text-sm tabular-nums">{reading}</p>
      <div className="mt-1 grid grid-cols-[3.25rem_minmax(0,1fr)] pt-5">
        <div aria-hidden="true" className="relative h-52 text-right text-xs text-muted tabular-nums sm:h-60">
          {ticks.map((tick) => (
            <span
              key={tick}
              className="absolute right-2 translate-y-1/2 whitespace-nowrap"
              style={{ bottom: y(tick * perUnit) }}
            >
              {formatFigure(Number(tick.toPrecision(6)))}
            </span>
          ))}
          <span className="absolute -top-5 right-2 whitespace-nowrap">{unit}</span>
        </div>
        <div
          className="relative h-52 touch-pan-y overflow-hidden rounded-sm border-b border-l border-edge has-focus-visible:outline-2 has-focus-visible:outline-offset-4 has-focus-visible:outline-accent sm:h-60"
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={() => setPointed(null)}
        >
          {ticks.slice(1).map((tick) => (
            <div
              key={tick}
              aria-hidden="true"
              className="absolute inset-x-0 border-t border-line"
              style={{ bottom: y(tick * perUnit) }}
            />
          ))}
          {path !== null && (
            <svg
              aria-hidden="true"
              viewBox="0 0 1000 1000"
              preserveAspectRatio="none"
              className="absolute inset-0 size-full"
            >
              <path d={path} fill="none" stroke="var(--accent)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
            </svg>
          )}
          <div aria-hidden="true">
            {points.map(({ batchSize, measured, low, high, predicted }, each) => (
              <div key={batchSize}>
                {low !== null && high !== null && (
                  <div
                    className="absolute w-0.5 -translate-x-1/2 bg-ink/60"
                    style={{ left: x(batchSize), bottom: y(low), top: percent(1 - Math.min(1, high / frame.top)) }}
                  />
                )}
                {predicted !== null && (
                  <div
                    className="absolute size-4 -translate-x-1/2 translate-y-1/2 rounded-full border-2 border-tight"
                    style={{ left: x(batchSize), bottom: y(predicted) }}
                  />
                )}
                <div
                  className={`absolute size-2 -translate-x-1/2 translate-y-1/2 rounded-full bg-ink ${each === pointed ? "outline-2 outline-offset-4 outline-accent" : ""}`}
                  style={{ left: x(batchSize), bottom: y(measured) }}
                />
              </div>
            ))}
          </div>
          <input
            type="range"
            aria-label={`${subtitle}, batch sizes`}
            aria-valuetext={reading}
            min={0}
            max={points.length - 1}
            value={index}
            onChange={(event) => setPointed(Number(event.target.value))}
            onBlur={() => setPointed(null)}
            className="pointer-events-none absolute inset-0 size-full opacity-0"
          />
        </div>
        <div />
        <div aria-hidden="true" className="relative h-10 text-xs text-muted tabular-nums">
          <span className="absolute top-1 left-0">0</span>
          {points.map(({ batchSize }) => (
            <span key={batchSize} className="absolute top-1 -translate-x-1/2" style={{ left: x(batchSize) }}>
              {formatCount(batchSize)}
            </span>
          ))}
          <span className="absolute top-5 left-1/2 -translate-x-1/2">batch</span>
        </div>
      </div>
      <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        <li className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2 rounded-full bg-ink" />
          measured{hasSpread && ", the stroke from the least to the greatest"}
        </li>
        {hasPredictions && (
          <li className="flex items-center gap-1.5">
            <span aria-hidden="true" className="size-3.5 rounded-full border-2 border-tight" />
            predicted
          </li>
        )}
        <li className="flex items-center gap-1.5">
          {line.kind === "fitted" ? (
            <>
              <span aria-hidden="true" className="h-0.5 w-4 bg-accent" />
              straight line through what was measured
            </>
          ) : (
            `no line: ${line.why}`
          )}
        </li>
      </ul>
      <DataTable
        caption={subtitle}
        fileName={fileName}
        exact={fileUnit}
        head={["batch", "measured", "low", "high", "predicted", "line", "measured less line"]}
        rows={() =>
          points.map(({ batchSize, measured, low, high, predicted }) => {
            const onLine = line.kind === "fitted" ? line.intercept + line.slope * batchSize : "";
            const residual = onLine === "" ? "" : measured - onLine;
            return [batchSize, measured, low ?? "", high ?? "", predicted ?? "", onLine, residual];
          })
        }
        show={(value, column) => (typeof value !== "number" ? value : column === 0 ? formatCount(value) : show(value))}
      />
    </section>
  );
}

function readingOf({ batchSize, measured, low, high, predicted }: FitPoint, show: (value: number) => string): string {
  const spread = low === null || high === null ? "" : ` (${show(low)} – ${show(high)})`;
  const expected = predicted === null ? "" : `, predicted ${show(predicted)}`;
  return `Batch ${formatCount(batchSize)}: measured ${show(measured)}${spread}${expected}`;
}
