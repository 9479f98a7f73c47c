"use client";

import type { PointerEvent, ReactNode } from "react";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { type ByteUnit, formatCount } from "@/lib/format";
import { GB, GIB, MIB } from "@/lib/units";
import { niceTicks, percent } from "./scale";

const BYTES_PER_UNIT = { GiB: GIB, GB, MiB: MIB } as const satisfies Record<ByteUnit, number>;

/**
 * The frame of a chart of bytes: axis, grid, and one focusable cursor that the pointer and the arrow keys move. Areas are
 * drawn as a stretched SVG, words as HTML, so that text keeps its size at every width and nothing is measured.
 */
export function PlotFrame({
  top,
  cursor,
  overlay,
  xAxis,
  children,
  className,
}: {
  /** Bytes at the upper edge. */
  top: number;
  cursor: {
    readonly label: string;
    readonly valueText: string;
    readonly index: number;
    readonly count: number;
    /** Index of the point nearest to a place along the chart, 0 to 1. */
    readonly locate: (fraction: number) => number;
    readonly move: (index: number | null) => void;
  };
  /** Lines and words over the areas. */
  overlay: ReactNode;
  xAxis: ReactNode;
  children: ReactNode;
  className: string;
}) {
  const unit = useByteUnit();
  const ticks = niceTicks(top / BYTES_PER_UNIT[unit], 6);
  const at = (tick: number) => percent((tick * BYTES_PER_UNIT[unit]) / top);

  function onPointer(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) cursor.move(cursor.locate(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
  }

  return (
    <div className="grid grid-cols-[2.75rem_minmax(0,1fr)] pt-5">
      <div aria-hidden="true" className={`relative text-right text-xs text-muted tabular-nums ${className}`}>
        {ticks.map((tick) => (
          <span key={tick} className="absolute right-2 translate-y-1/2 whitespace-nowrap" style={{ bottom: at(tick) }}>
            {Number.isInteger(tick) ? formatCount(tick) : Number(tick.toPrecision(6))}
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
        {ticks.slice(1).map((tick) => (
          <div
            key={tick}
            aria-hidden="true"
            className="absolute inset-x-0 border-t border-line"
            style={{ bottom: at(tick) }}
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

/** A named level across the chart, such as the card's usable memory. */
export function LevelLine({
  bytes,
  top,
  label,
  tone,
  side = "left",
}: {
  bytes: number;
  top: number;
  label: string;
  tone: string;
  /** Where the name stands; the side that leaves room for others. */
  side?: "left" | "right";
}) {
  const isInside = bytes <= top;
  return (
    <div
      aria-hidden="true"
      className={`pointer-events-none absolute inset-x-0 ${isInside ? "border-t-2 border-dashed" : ""} ${tone}`}
      style={isInside ? { bottom: percent(bytes / top) } : { top: 0 }}
    >
      <p
        className={`absolute inset-x-1 top-1 text-xs leading-tight font-medium ${side === "right" ? "text-right" : ""}`}
      >
        <span className="rounded-sm bg-panel/85 box-decoration-clone px-1 py-0.5">
          {isInside ? label : `↑ ${label}, beyond this axis`}
        </span>
      </p>
    </div>
  );
}
