"use client";

import { useMemo, useState } from "react";
import { AxisFrame } from "@/components/charts/AxisFrame";
import { DataTable } from "@/components/charts/DataTable";
import { nearestIndex, percent } from "@/components/charts/scale";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import { formatAccuracy, formatCount } from "@/lib/format";
import { BeyondLabel, Dot, Level, NeedBar, SizeAxis } from "./CurveMarks";
import {
  type CurvePlot,
  type CurvePoint,
  curvePaths,
  needIn,
  type PilotMark,
  pilotMarks,
  plotOf,
} from "./curve-geometry";
import { pointsRange, sizeWords } from "./words";

/** Expected accuracy by number of images, with its bands, the pilot, the target, and where prediction ends. */
export function CurveChart({ requirement }: { requirement: DataRequirement }) {
  const plot = useMemo(() => plotOf(requirement), [requirement]);
  return (
    <section aria-labelledby="curve-title" className="panel min-w-0 p-4 sm:p-6">
      <h3 id="curve-title" className="text-lg font-semibold tracking-tight">
        {plot === null ? "No learning curve yet" : finding(requirement, plot)}
      </h3>
      {plot === null ? (
        <p className="mt-2 text-sm text-muted">
          {requirement.request.strategy === "zero_shot"
            ? "Zero-shot learns nothing from images: its accuracy is the same at every number of them."
            : "There is neither a pilot nor a published curve for this task. Two or more rows in the pilot draw one."}
        </p>
      ) : (
        <Plot requirement={requirement} plot={plot} />
      )}
    </section>
  );
}

/** Less is not seen at the digits that accuracies are shown with. */
const LEAST_RISE = 0.0005;

function finding({ request: { unit, pilot } }: DataRequirement, { points }: CurvePlot): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (last.likely - first.likely < LEAST_RISE) {
    return `No rise is expected: ${formatAccuracy(last.likely)} at every size the pilot speaks of`;
  }
  const sizes = `from ${formatCount(first.size)} to ${sizeWords(Math.round(last.size), unit)}`;
  const rise = `${formatAccuracy(first.likely)} to ${formatAccuracy(last.likely)} expected ${sizes}`;
  return pilot.length === 0 ? `${rise}, from published experiments alone` : rise;
}

function Plot({ requirement, plot }: { requirement: DataRequirement; plot: CurvePlot }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const { request } = requirement;
  const { unit } = request;
  const { points, along, height } = plot;
  const paths = useMemo(() => curvePaths(plot), [plot]);
  const marks = useMemo(() => pilotMarks(requirement), [requirement]);
  const positions = useMemo(() => points.map(({ size }) => along(size)), [points, along]);
  const need = needIn(requirement);
  const rest = nearestIndex(
    positions,
    along(Math.min(plot.end, need?.likely ?? requirement.nextRound.size ?? plot.end)),
  );
  const index = pointed === null ? rest : Math.min(pointed, points.length - 1);
  const point = points[index];
  const reading = point === undefined ? "" : describePoint(point, unit);
  const isBeyond = plot.largest > plot.end * 1.001;

  return (
    <>
      <p className="mt-0.5 text-sm text-muted">
        Accuracy against {unit === "images" ? "training images" : "training images of each class"}; the axis grows by
        factors. The darker band holds the truth four times in five, the lighter nine times in ten.
      </p>
      <p className="mt-3 min-h-6 text-sm tabular-nums">{reading}</p>
      <div className="mt-2">
        <AxisFrame
          unit="%"
          ticks={plot.accuracyTicks.map((value) => ({
            label: formatAccuracy(value).replace(/\s?%$/, ""),
            at: height(value),
          }))}
          className="h-64 sm:h-80"
          cursor={{
            label: "Number of images in the chart",
            valueText: reading,
            index,
            count: Math.max(1, points.length),
            locate: (fraction) => nearestIndex(positions, fraction),
            move: setPointed,
          }}
          overlay={
            <>
              {isBeyond && <BeyondLabel fraction={along(plot.end)} hasPilot={request.pilot.length > 0} />}
              {request.targetAccuracy !== null && (
                <Level
                  at={height(request.targetAccuracy)}
                  label={`target ${formatAccuracy(request.targetAccuracy)}`}
                  tone="border-fits text-fits"
                  side="left"
                />
              )}
              {request.zeroShotAccuracy !== null && (
                <Level
                  at={height(request.zeroShotAccuracy)}
                  label={`zero-shot ${formatAccuracy(request.zeroShotAccuracy)}`}
                  tone="border-muted text-muted"
                  side={isNearTarget(request, plot) ? "right" : "left"}
                />
              )}
              {request.targetAccuracy !== null && need !== null && (
                <NeedBar plot={plot} need={need} at={height(request.targetAccuracy)} />
              )}
              {marks.map((mark) => (
                <Dot key={mark.size} mark={mark} plot={plot} />
              ))}
              {pointed !== null && point !== undefined && (
                <div
                  aria-hidden="true"
                  className="pointer-events-none absolute inset-y-0 w-px bg-ink"
                  style={{ left: percent(along(point.size)) }}
                />
              )}
            </>
          }
          xAxis={
            <SizeAxis plot={plot} label={unit === "images" ? "training images" : "training images of each class"} />
          }
        >
          <defs>
            <pattern id="no-prediction" width="14" height="28" patternUnits="userSpaceOnUse">
              <path d="M0 28L14 0" stroke="var(--edge)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
            </pattern>
          </defs>
          {isBeyond && (
            <rect
              x={along(plot.end) * 1000}
              y="0"
              width="1000"
              height="1000"
              fill="url(#no-prediction)"
              opacity="0.35"
            />
          )}
          <path d={paths.band90} fill="var(--accent)" opacity="0.12" />
          <path d={paths.band80} fill="var(--accent)" opacity="0.16" />
          <path
            d={paths.likely}
            fill="none"
            stroke="var(--accent)"
            strokeWidth="2.25"
            strokeDasharray={request.pilot.length === 0 ? "6 5" : undefined}
            vectorEffect="non-scaling-stroke"
          />
        </AxisFrame>
      </div>
      <Figures requirement={requirement} plot={plot} marks={marks} />
    </>
  );
}

function describePoint(
  { size, likely, low80, high80, low90, high90 }: CurvePoint,
  unit: "images" | "shotsPerClass",
): string {
  const shown = size < 10 ? Number(size.toFixed(1)) : Math.round(size);
  return `${sizeWords(shown, unit)}: ${formatAccuracy(likely)} expected; ${pointsRange(low80, high80)} four times in five, ${pointsRange(low90, high90)} nine in ten`;
}

/** Names on the same side would run into each other. */
function isNearTarget(
  { targetAccuracy, zeroShotAccuracy }: DataRequirement["request"],
  { height }: CurvePlot,
): boolean {
  if (targetAccuracy === null || zeroShotAccuracy === null) return false;
  return Math.abs(height(targetAccuracy) - height(zeroShotAccuracy)) < 0.12;
}

const HEAD = ["kind", "size", "accuracy", "low 80", "high 80", "low 90", "high 90"];

function Figures({
  requirement: { request },
  plot,
  marks,
}: {
  requirement: DataRequirement;
  plot: CurvePlot;
  marks: readonly PilotMark[];
}) {
  return (
    <DataTable
      caption={`Accuracy by ${request.unit === "images" ? "training images" : "images of each class"}`}
      fileName="headroom-learning-curve.csv"
      exact="exact fractions"
      head={HEAD}
      rows={() => [
        ...marks.flatMap(({ size, each }) =>
          each.map((accuracy, index) => [
            each.length === 1 ? "pilot" : `pilot ${index + 1}`,
            size,
            accuracy,
            "",
            "",
            "",
            "",
          ]),
        ),
        ...plot.points.map(({ size, likely, low80, high80, low90, high90 }) => [
          "expected",
          size,
          likely,
          low80,
          high80,
          low90,
          high90,
        ]),
      ]}
      show={(value, column) =>
        typeof value !== "number" ? value : column === 1 ? String(Number(value.toPrecision(4))) : formatAccuracy(value)
      }
    />
  );
}
