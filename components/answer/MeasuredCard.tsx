"use client";

import { Ruler } from "lucide-react";
import type { ReactNode } from "react";
import type { AppliedCalibration } from "@/lib/estimate/calibration";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatCount, formatPercent } from "@/lib/format";
import { MeasuredTable } from "./MeasuredTable";
import { dayText } from "./time-words";

/** What measurements on the card changed of this answer, or why they changed nothing. Nothing where there are none. */
export function MeasuredCard({
  estimate: { calibration, noCalibration, time },
  control,
}: {
  estimate: Estimate;
  /** Switches them off, where the answer can be changed. */
  control?: ReactNode;
}) {
  if (calibration === undefined && noCalibration === undefined) return null;
  return (
    <section aria-labelledby="measured-title" className="panel p-4 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <h3 id="measured-title" className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <Ruler aria-hidden="true" className="size-5 shrink-0 text-accent" />
          {calibration === undefined ? "The measurements change nothing here" : `Measured on ${calibration.gpu}`}
        </h3>
        {control}
      </div>
      {calibration === undefined ? (
        <p className="mt-1 text-sm">{sentence(noCalibration ?? "")}</p>
      ) : (
        <>
          <p className="mt-1 text-sm text-muted">
            {stepsText(calibration)} stand in for what is assumed of the card. Predictions with the measured rates lie
            within {formatPercent(calibration.spread)} of them in the median.
          </p>
          <MeasuredTable calibration={calibration} />
          {time !== null && time.limitedBy !== "gpu" && isSameStep(calibration) && (
            <p className="mt-2 text-sm">
              A step takes no other time, since it does not wait for the card. {time.limit}
            </p>
          )}
          {calibration.notMeasured.length > 0 && (
            <div className="mt-3 text-sm">
              <h4 className="font-medium">What stays as assumed</h4>
              <ul className="mt-1 list-disc space-y-1 pl-5 text-muted">
                {calibration.notMeasured.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}
    </section>
  );
}

function stepsText({ measurementCount, measuredOn }: AppliedCalibration): string {
  const steps = measurementCount === 1 ? "1 step that was" : `${formatCount(measurementCount)} steps that were`;
  return `${steps} timed on it${measuredOn === undefined ? "" : `, the newest on ${dayText(measuredOn)},`}`;
}

function isSameStep({ stepSeconds }: AppliedCalibration): boolean {
  return stepSeconds !== null && stepSeconds.before.likely === stepSeconds.after.likely;
}

/** What the answer says of it, as a sentence of its own. */
export function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return whole.endsWith(".") ? whole : `${whole}.`;
}
