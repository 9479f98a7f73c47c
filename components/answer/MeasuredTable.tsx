"use client";

import { useByteUnit } from "@/components/ui/ByteUnit";
import type { AppliedCalibration, CalibratedFigure } from "@/lib/estimate/calibration";
import { type ByteUnit, formatBytes, formatCount, formatFlops, formatSeconds } from "@/lib/format";

/** Each figure before measurements of the card stood in for what is assumed of it, and after. */
export function MeasuredTable({ calibration }: { calibration: AppliedCalibration }) {
  const unit = useByteUnit();
  const { stepSeconds, deviceBytes, figures } = calibration;
  return (
    <table className="mt-3 w-full text-sm">
      <caption className="sr-only">Figures before and after, and how many measurements stand behind each</caption>
      <thead className="text-muted">
        <tr>
          {["", "As assumed", "As measured", "Measurements"].map((name, index) => (
            <th
              key={name}
              scope="col"
              className={`py-1.5 font-normal ${index === 0 ? "text-left" : "pl-3 text-right"} ${index === 3 ? "max-sm:hidden" : ""}`}
            >
              {name === "" ? <span className="sr-only">Figure</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {stepSeconds !== null && (
          <Row
            label="One training step"
            before={formatSeconds(stepSeconds.before.likely)}
            after={formatSeconds(stepSeconds.after.likely)}
          />
        )}
        <Row
          label="Memory on the card"
          before={formatBytes(deviceBytes.before.likely, unit)}
          after={formatBytes(deviceBytes.after.likely, unit)}
        />
        {figures.map((figure) => (
          <Row
            key={figure.field}
            label={figure.field}
            before={figureText(figure, figure.before, unit)}
            after={figureText(figure, figure.after, unit)}
            measurementCount={figure.measurementCount}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  label,
  before,
  after,
  measurementCount,
}: {
  label: string;
  before: string;
  after: string;
  /** Absent for what is reckoned from the other rows. */
  measurementCount?: number;
}) {
  const count = measurementCount === undefined ? null : formatCount(measurementCount);
  return (
    <tr>
      <th scope="row" className="py-1.5 text-left font-normal">
        <span className="inline-block first-letter:uppercase">{label}</span>
        {count !== null && <span className="block text-xs text-muted sm:hidden">{count} measurements</span>}
      </th>
      <td className="py-1.5 pl-3 text-right whitespace-nowrap text-muted tabular-nums">{before}</td>
      <td className="py-1.5 pl-3 text-right font-medium whitespace-nowrap tabular-nums">{after}</td>
      <td className="py-1.5 pl-3 text-right tabular-nums max-sm:hidden">
        {count ?? <span className="text-muted">from these</span>}
      </td>
    </tr>
  );
}

function figureText({ unit }: CalibratedFigure, value: number, bytes: ByteUnit): string {
  if (unit === "FLOP/s") return `${formatFlops(value)}/s`;
  return unit === "bytes" ? formatBytes(value, bytes) : `${formatBytes(value, "GB")}/s`;
}
