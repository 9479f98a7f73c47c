"use client";

import { useByteUnit } from "@/components/ui/ByteUnit";
import type { AppliedCalibration, CalibratedFigure } from "@/lib/estimate/calibration";
import { type ByteUnit, formatBytes, formatFlops, formatSeconds } from "@/lib/format";
import { BeforeAfterTable } from "./BeforeAfterTable";

/** What measurements of the card change: the step and its memory, and each figure of the card that they rest on. */
export function MeasuredTable({ calibration }: { calibration: AppliedCalibration }) {
  const unit = useByteUnit();
  const { stepSeconds, deviceBytes, figures } = calibration;
  const step = stepSeconds === null ? [] : [changed("step", "One training step", stepSeconds, formatSeconds)];
  return (
    <BeforeAfterTable
      caption="Figures before and after, and how many measurements stand behind each"
      label={{ name: "Figure", isSpokenOnly: true }}
      rows={[
        ...step,
        changed("memory", "Memory on the card", deviceBytes, (bytes) => formatBytes(bytes, unit)),
        ...figures.map((figure) => ({
          key: figure.field,
          label: figure.field,
          before: figureText(figure, figure.before, unit),
          after: figureText(figure, figure.after, unit),
          measurementCount: figure.measurementCount,
        })),
      ]}
    />
  );
}

function changed(
  key: string,
  label: string,
  { before, after }: AppliedCalibration["deviceBytes"],
  show: (value: number) => string,
) {
  return { key, label, before: show(before.likely), after: show(after.likely), measurementCount: null };
}

function figureText({ unit }: CalibratedFigure, value: number, bytes: ByteUnit): string {
  if (unit === "FLOP/s") return `${formatFlops(value)}/s`;
  if (unit === "seconds") return formatSeconds(value);
  return unit === "bytes" ? formatBytes(value, bytes) : `${formatBytes(value, "GB")}/s`;
}
