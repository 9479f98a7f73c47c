"use client";

import type { PointerEvent, ReactNode } from "react";
import { percent } from "./scale";

export interface Tick {
  readonly label: string;
  /** Height in the chart, 0 to 1. */
  readonly at: number;
}

export interface ChartCursor {
  readonly label: string;
  readonly valueText: string;
  readonly index: number;
  readonly count: number;
  /** Index of the point nearest to a place along the chart, 0 to 1. */
  readonly locate: (fraction: number) => number;
  readonly move: (index: number | null) => void;
}

/**
 * The frame of a chart: axis, grid, and one focusable cursor that the pointer and the arrow keys move. Areas are drawn as a
 * stretched SVG, words as HTML, so that text keeps its size at every width and nothing is measured.
 */
export function AxisFrame({
  ticks,
  unit,
  cursor,
  overlay,
  xAxis,
  children,
  className,
}: {
  ticks: readonly Tick[];
  /** What the ticks count, above the axis. */
  unit: string;
  cursor: ChartCursor;
  /** Lines and words over the areas. */
  overlay: ReactNode;
  xAxis: ReactNode;
  children: ReactNode;
  className: string;
}) {
  function onPointer(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) cursor.move(cursor.locate(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
  }

  return (
    <div className="grid grid-cols-[2.75rem_minmax(0,1fr)] pt-5">
      <div aria-hidden="true" className={`relative text-right text-xs text-muted tabular-nums ${className}`}>
        {ticks.map(({ label, at }) => (
          <span
            key={label}
            className="absolute right-2 translate-y-1/2 whitespace-nowrap"
            style={{ bottom: percent(at) }}
          >
            {label}
          </span>
        ))}
        <span className="absolute right-2 -top-5">{unit}</span>
      </div>
      <div
        className={`relative touch-pan-y rounded-sm border-b border-edge has-focus-visible:outline-2 has-focus-visible:outline-offset-4 has-focus-visible:outline-accent ${className}`}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => cursor.move(null)}
      >
        {ticks
          .filter(({ at }) => at > 0)
          .map(({ label, at }) => (
            <div
              key={label}
              aria-hidden="true"
              className="absolute inset-x-0 border-t border-line"
              style={{ bottom: percent(at) }}
            />
          ))}
        <svg
          aria-hidden="true"
          viewBox="0 0 1000 1000"
          preserveAspectRatio="none"
          className="absolute inset-0 size-full overflow-hidden"
        >
          {children}
        </svg>
        {overlay}
        <input
          type="range"
          aria-label={cursor.label}
          aria-valuetext={cursor.valueText}
          min={0}
          max={cursor.count - 1}
          value={cursor.index}
          onChange={(event) => cursor.move(Number(event.target.value))}
          onBlur={() => cursor.move(null)}
          className="pointer-events-none absolute inset-0 size-full opacity-0"
        />
      </div>
      <div />
      {xAxis}
    </div>
  );
}
