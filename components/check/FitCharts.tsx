"use client";

import { useByteUnit } from "@/components/ui/ByteUnit";
import { type ByteUnit, formatFineBytes, formatSeconds } from "@/lib/format";
import type { Line, Validation } from "@/lib/profile/validation";
import { GB, GIB, MIB, MILLISECOND } from "@/lib/units";
import { FitChart } from "./FitChart";
import { measuredOf, predictedOf } from "./figures";
import type { FitPoint } from "./fit-geometry";

const BYTES_PER_UNIT = { GiB: GIB, GB, MiB: MIB } as const satisfies Record<ByteUnit, number>;

/** Memory and seconds over the batch. */
export function FitCharts({ validation: { rows, lines, id } }: { validation: Validation }) {
  const unit = useByteUnit();
  const bytes = rows.flatMap((row): FitPoint[] => {
    const [measured, predicted] = [measuredOf(row, "inUsePeakBytes"), predictedOf(row, "inUsePeakBytes")];
    if (measured.kind !== "measured") return [];
    const expected = predicted.kind === "predicted" ? predicted.value : null;
    return [{ batchSize: row.batchSize, measured: measured.value, low: null, high: null, predicted: expected }];
  });
  const seconds = rows.flatMap(({ batchSize, measured: { stepSeconds }, predicted }): FitPoint[] => {
    if (stepSeconds.kind !== "measured") return [];
    const { median, low, high } = stepSeconds;
    const expected = predicted.stepSeconds.kind === "predicted" ? predicted.stepSeconds.value : null;
    return [{ batchSize, measured: median, low, high, predicted: expected }];
  });
  const areShort = seconds.every(({ measured, high }) => Math.max(measured, high ?? 0) < 1);
  return (
    <div className="grid gap-4 *:min-w-0 xl:grid-cols-2">
      {bytes.length > 0 && (
        <FitChart
          id="memory-line"
          title={lineTitle(
            lines.inUsePeakBytes,
            (value) => formatFineBytes(value, Math.abs(value) < BYTES_PER_UNIT[unit] / 10 ? "MiB" : unit),
            "Memory",
          )}
          subtitle="Peak memory in use over the batch"
          points={bytes}
          line={lines.inUsePeakBytes}
          unit={unit}
          perUnit={BYTES_PER_UNIT[unit]}
          show={(value) => formatFineBytes(value, unit)}
          fileName={`headroom-check-${id}-memory.csv`}
          fileUnit="exact bytes"
        />
      )}
      {seconds.length > 0 && (
        <FitChart
          id="seconds-line"
          title={lineTitle(lines.stepSeconds, formatSeconds, "A step")}
          subtitle="Seconds of one step over the batch"
          points={seconds}
          line={lines.stepSeconds}
          unit={areShort ? "ms" : "s"}
          perUnit={areShort ? MILLISECOND : 1}
          show={formatSeconds}
          fileName={`headroom-check-${id}-seconds.csv`}
          fileUnit="seconds"
        />
      )}
    </div>
  );
}

/** Of the least measured value. */
const NEGLIGIBLE = 0.005;

/** "Memory: 2.56 GiB, and 14.2 MiB for each sample more". */
function lineTitle(line: Line, show: (value: number) => string, what: string): string {
  if (line.kind === "not_fitted") return `${what} at each batch size`;
  // More work cannot take less: what falls here is other work on the machine, and no property of the step.
  if (line.slope <= 0) return `${what} at each batch size: too noisy for a line to mean anything`;
  const least = Math.min(...line.points.map(({ value }) => value));
  // So little that it is what rounding leaves of nothing.
  if (Math.abs(line.intercept) < NEGLIGIBLE * least) return `${what}: ${show(line.slope)} for each sample`;
  return line.intercept < 0
    ? `${what}: ${show(line.slope)} for each sample, less ${show(-line.intercept)}`
    : `${what}: ${show(line.intercept)}, and ${show(line.slope)} for each sample`;
}
