"use client";

import type { ReactNode } from "react";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { type ByteUnit, formatCount } from "@/lib/format";
import { GB, GIB, MIB } from "@/lib/units";
import { AxisFrame, type ChartCursor } from "./AxisFrame";
import { niceTicks, percent } from "./scale";

const BYTES_PER_UNIT = { GiB: GIB, GB, MiB: MIB } as const satisfies Record<ByteUnit, number>;

/** The frame of a chart of bytes, from 0 up. */
export function PlotFrame({
  top,
  ...frame
}: {
  /** Bytes at the upper edge. */
  top: number;
  cursor: ChartCursor;
  /** Lines and words over the areas. */
  overlay: ReactNode;
  xAxis: ReactNode;
  children: ReactNode;
  className: string;
}) {
  const unit = useByteUnit();
  const ticks = niceTicks(top / BYTES_PER_UNIT[unit], 6).map((tick) => ({
    label: Number.isInteger(tick) ? formatCount(tick) : String(Number(tick.toPrecision(6))),
    at: (tick * BYTES_PER_UNIT[unit]) / top,
  }));
  return <AxisFrame {...frame} ticks={ticks} unit={unit} />;
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
