"use client";

import { memo, type PointerEvent, useMemo, useState } from "react";
import { DataTable } from "@/components/charts/DataTable";
import { percent } from "@/components/charts/scale";
import type { Recommendation, RecommendationRow } from "@/lib/estimate/recommendation";
import { formatCount, formatSeconds, formatUsd } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { calibratedBy } from "./columns";
import { frontPath, nearestPoint, type Pareto, type ParetoPoint, paretoOf, placeLabels } from "./pareto-geometry";
import { usePlanLink } from "./use-plan-link";
import { devicesText, priceText } from "./words";

/** Of a letter and of a line, in the widths and heights of the chart at its usual size. */
const LETTER_SHARE = 0.0115;
const LINE_SHARE = 0.06;

/** Cost against time of everything that fits, and the line below which there is nothing. */
export const ParetoChart = memo(function ParetoChart({
  rows,
  plan,
  calibration,
}: {
  rows: readonly RecommendationRow[];
  plan: Plan;
  /** What the rows of a measured card rest on. */
  calibration: Recommendation["calibration"];
}) {
  const pareto = useMemo(() => paretoOf(rows), [rows]);
  return (
    <section aria-labelledby="pareto-title" className="panel min-w-0 p-4 sm:p-6">
      <h3 id="pareto-title" className="text-lg font-semibold tracking-tight">
        {pareto === null ? "No time and price to compare" : finding(pareto)}
      </h3>
      {pareto === null ? (
        <p className="mt-2 text-sm text-muted">
          Nothing among these GPUs both fits and has a time and a known price. Fewer filters may bring some back.
        </p>
      ) : (
        <>
          <p className="mt-0.5 text-sm text-muted">
            Cost of the whole run against its time, for everything that fits at a known price. Both axes grow by
            factors. Above the line, something is both quicker and cheaper.
          </p>
          <Plot pareto={pareto} plan={plan} calibration={calibration} />
        </>
      )}
    </section>
  );
});

function finding({ front }: Pareto): string {
  const quickest = front[0];
  const cheapest = front.at(-1);
  if (quickest === undefined || cheapest === undefined) return "Nothing stands out";
  if (quickest === cheapest) return `${devicesText(quickest.row)} is both the quickest and the cheapest`;
  return (
    `From ${formatSeconds(cheapest.seconds)} for ${formatUsd(cheapest.usd)} to ${formatSeconds(quickest.seconds)} for ` +
    `${formatUsd(quickest.usd)}: ${formatCount(front.length)} choices that nothing beats`
  );
}

function Plot({
  pareto,
  plan,
  calibration,
}: {
  pareto: Pareto;
  plan: Plan;
  calibration: Recommendation["calibration"];
}) {
  const { points, front, timeTicks, costTicks } = pareto;
  const [pointed, setPointed] = useState<number | null>(null);
  const cheapest = points.findLastIndex(({ row }) => row.onFront);
  const index = Math.min(pointed ?? Math.max(0, cheapest), points.length - 1);
  const point = points[index];
  const labels = placeLabels(front, ({ row }) => (devicesText(row).length + 2) * LETTER_SHARE, LINE_SHARE);
  const planLink = usePlanLink();
  const link = point === undefined ? null : planLink(plan, point.row);

  function onPointer(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return;
    const x = (event.clientX - box.left) / box.width;
    const y = 1 - (event.clientY - box.top) / box.height;
    setPointed(nearestPoint(points, x, y, box.width / box.height));
  }

  return (
    <>
      <p className="mt-3 min-h-12 text-sm tabular-nums sm:min-h-6">
        {point !== undefined && (
          <>
            <strong className="font-semibold">{devicesText(point.row)}</strong> {reading(point)}{" "}
            {link !== null && (
              <a className="link whitespace-nowrap" href={link}>
                Plan with it
              </a>
            )}
          </>
        )}
      </p>
      <div className="mt-2 grid grid-cols-[3.25rem_minmax(0,1fr)] pt-5">
        <div aria-hidden="true" className="relative h-64 text-right text-xs text-muted tabular-nums sm:h-80">
          {costTicks.map(({ value, at }) => (
            <span key={value} className="absolute right-2 translate-y-1/2" style={{ bottom: percent(at) }}>
              {formatUsd(value)}
            </span>
          ))}
          <span className="absolute -top-5 right-2 whitespace-nowrap">cost, $</span>
        </div>
        <div
          className="relative h-64 touch-pan-y overflow-hidden rounded-sm border-b border-l border-edge has-focus-visible:outline-2 has-focus-visible:outline-offset-4 has-focus-visible:outline-accent sm:h-80"
          onPointerMove={onPointer}
          onPointerDown={onPointer}
        >
          {costTicks.map(({ value, at }) => (
            <div
              key={value}
              aria-hidden="true"
              className="absolute inset-x-0 border-t border-line"
              style={{ bottom: percent(at) }}
            />
          ))}
          {timeTicks.map(({ value, at }) => (
            <div
              key={value}
              aria-hidden="true"
              className="absolute inset-y-0 border-l border-line"
              style={{ left: percent(at) }}
            />
          ))}
          <svg
            aria-hidden="true"
            viewBox="0 0 1000 1000"
            preserveAspectRatio="none"
            className="absolute inset-0 size-full"
          >
            <path
              d={frontPath(front)}
              fill="none"
              stroke="var(--accent)"
              strokeWidth="2"
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          <div aria-hidden="true">
            {points.map((each) => (
              <Dot key={`${each.row.gpuId} ${each.row.deviceCount}`} point={each} isPointed={each === point} />
            ))}
            {labels.map(({ point: named, side }) => (
              <span
                key={`${named.row.gpuId} ${named.row.deviceCount}`}
                className={`pointer-events-none absolute px-1.5 text-xs font-medium whitespace-nowrap max-md:hidden ${side === "left below" ? "-translate-x-full" : "-translate-y-full"}`}
                style={{ left: percent(named.x), top: percent(1 - named.y) }}
              >
                <span className="rounded-sm bg-panel/85 px-0.5">{devicesText(named.row)}</span>
              </span>
            ))}
          </div>
          <input
            type="range"
            aria-label="GPUs in the chart, quickest first"
            aria-valuetext={point === undefined ? "" : `${devicesText(point.row)} ${reading(point)}`}
            min={0}
            max={points.length - 1}
            value={index}
            onChange={(event) => setPointed(Number(event.target.value))}
            className="pointer-events-none absolute inset-0 size-full opacity-0"
          />
        </div>
        <div />
        <div aria-hidden="true" className="relative h-10 text-xs text-muted tabular-nums">
          {timeTicks.map(({ value, at }) => (
            <span
              key={value}
              className="absolute top-1 -translate-x-1/2 whitespace-nowrap"
              style={{ left: percent(at) }}
            >
              {formatSeconds(value)}
            </span>
          ))}
          <span className="absolute top-5 left-1/2 -translate-x-1/2 whitespace-nowrap">time of the whole run</span>
        </div>
      </div>
      <DataTable
        caption="Cost against time of everything that fits at a known price"
        fileName="headroom-cost-time.csv"
        head={["GPUs", "seconds", "USD", "price", "nothing beats it", "calibrated by"]}
        rows={() =>
          points.map(({ row, seconds, usd }) => [
            devicesText(row),
            seconds,
            usd,
            row.cost === null ? "" : priceText(row.cost),
            row.onFront ? "yes" : "",
            calibratedBy(row, calibration),
          ])
        }
        show={(value, column) =>
          typeof value !== "number" ? value : column === 1 ? formatSeconds(value) : formatUsd(value)
        }
      />
    </>
  );
}

function Dot({ point: { row, x, y }, isPointed }: { point: ParetoPoint; isPointed: boolean }) {
  const look = row.onFront ? "size-3 bg-accent" : "size-2 bg-edge";
  return (
    <div
      className={`absolute -translate-x-1/2 translate-y-1/2 rounded-full border border-panel ${look} ${isPointed ? "z-10 outline-2 outline-offset-1 outline-ink" : ""}`}
      style={{ left: percent(x), bottom: percent(y) }}
    />
  );
}

function reading({ row, seconds, usd }: ParetoPoint): string {
  const price = row.cost === null ? "" : `, ${priceText(row.cost)}`;
  const stale = row.cost?.offer?.stale == null ? "" : " (old)";
  return `${formatSeconds(seconds)}, ${formatUsd(usd)}${price}${stale}${row.onFront ? "; nothing beats it" : ""}`;
}
