"use client";

import type { ReactNode } from "react";
import { Swatch } from "@/components/charts/Swatch";
import { percent } from "@/components/charts/scale";
import { STEP_COLORS } from "@/components/charts/step-colors";
import { OpenRow } from "@/components/ui/OpenRow";
import { StatusBadge } from "@/components/ui/StatusBadge";
import type { Estimate } from "@/lib/estimate/estimate";
import type { StepPart, TimeEstimate } from "@/lib/estimate/time/time-estimate";
import {
  formatCount,
  formatFigure,
  formatPercent,
  formatRoughFigure,
  formatSeconds,
  formatSecondsRange,
} from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { KILOWATT } from "@/lib/units";
import { NoTimeCard } from "./NoTimeCard";
import { RateChain } from "./RateChain";

/** How long a step and the whole run take, what they are made of, and what they wait for. */
export function TimeCard({
  estimate,
  onChange,
}: {
  estimate: Estimate;
  /** Replaces a field of the plan; absent where the plan cannot be changed. */
  onChange?: (path: keyof Plan, value: unknown) => void;
}) {
  const { time, noTime } = estimate;
  if (time === null) return noTime === null ? null : <NoTimeCard noTime={noTime} onChange={onChange} />;
  const status = timeStatus(estimate);
  return (
    <section aria-labelledby="time-title" className="panel p-4 sm:p-6">
      <h3 id="time-title" className="text-lg font-semibold tracking-tight">
        How long: {formatSecondsRange(time.totalSeconds)}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        The range is an 80 % interval. Open a row to see what its figure is made of.
      </p>
      <StepBar time={time} />
      <div className="grid items-start gap-x-10 *:min-w-0 xl:grid-cols-2">
        <StepTable time={time} status={status} />
        <RateChain time={time} isCalibrated={status === "calibrated"} />
      </div>
      <RunRows time={time} plan={estimate.plan} status={status} />
    </section>
  );
}

/** Whether measured rates of the card stand in for assumed ones. */
function timeStatus({ calibration }: Estimate): TimeStatus {
  return calibration?.figures.some(({ unit }) => unit !== "bytes") === true ? "calibrated" : "estimated";
}

type TimeStatus = "calibrated" | "estimated";

/** One step by the clock, its parts in the order they are run. */
function StepBar({ time }: { time: TimeEstimate }) {
  return (
    <div aria-hidden="true" className="mt-4 flex h-9 overflow-hidden rounded-md bg-sunken">
      {time.stepParts.map((part) => (
        <div
          key={part.id}
          className={`h-full border-r border-panel last:border-r-0 ${part.id === "waiting" ? "hatched" : ""}`}
          style={{ width: percent(shareOf(part, time)), backgroundColor: STEP_COLORS[part.id] }}
        />
      ))}
    </div>
  );
}

function StepTable({ time, status }: { time: TimeEstimate; status: TimeStatus }) {
  return (
    <table className="mt-3 w-full text-sm">
      <caption className="sr-only">The parts of one training step</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Share</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {time.stepParts.map((part) => (
          <tr key={part.id}>
            <th scope="row" className="py-1.5 text-left font-normal">
              <span className="flex items-baseline gap-2.5">
                <span className="translate-y-px">
                  <Swatch color={STEP_COLORS[part.id]} isHatched={part.id === "waiting"} />
                </span>
                <span>
                  {part.label} <span className="text-muted max-sm:block">{part.note}</span>
                </span>
              </span>
            </th>
            <td className="py-1.5 pl-3 text-right align-top whitespace-nowrap text-muted">
              {formatPercent(shareOf(part, time))}
            </td>
            <td className="w-24 py-1.5 text-right align-top font-medium whitespace-nowrap">
              {formatSeconds(part.seconds)}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t border-edge">
          <th scope="row" className="py-1.5 text-left font-medium">
            One training step <StatusBadge status={status} />
          </th>
          <td />
          <td className="py-1.5 text-right font-semibold whitespace-nowrap">
            {formatSeconds(time.stepSeconds.likely)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function shareOf({ seconds }: StepPart, { stepSeconds }: TimeEstimate): number {
  return stepSeconds.likely > 0 ? seconds / stepSeconds.likely : 0;
}

/** From the step to the bill of electricity, each figure made of the ones before it. */
function RunRows({ time, plan, status }: { time: TimeEstimate; plan: Plan; status: TimeStatus }) {
  const { stepSeconds, samplesPerSecond, totalSeconds, epochSeconds, gpuHours, gpuEnergyKilowattHours } = time;
  const stepSamples = plan.perDeviceBatchSize * plan.gradAccumulationSteps * plan.deviceCount;
  return (
    <div className="mt-5 divide-y divide-line border-y border-line">
      <Row label="One training step" value={formatSecondsRange(stepSeconds)} status={status}>
        <p>
          The sum of the parts above; {formatCount(time.kernelCount)} kernels are handed to each GPU.
          {stepSeconds.reason !== undefined && ` Range: ${stepSeconds.reason}.`}
        </p>
      </Row>
      <Row
        label="Samples per second"
        value={`${formatFigure(samplesPerSecond.likely)} (${formatFigure(samplesPerSecond.low)}–${formatFigure(samplesPerSecond.high)})`}
        status={status}
      >
        <p>
          {formatCount(stepSamples)} samples a step ÷ {formatSeconds(stepSeconds.likely)}.
          {plan.deviceCount > 1 &&
            ` On each GPU ${formatFigure(time.samplesPerSecondPerGpu.likely)}; ${formatCount(plan.deviceCount)} GPUs give ${formatPercent(time.scalingEfficiency)} of ${formatCount(plan.deviceCount)} times one GPU.`}
        </p>
        {time.modelFlopsUtilization !== null && (
          <p>
            Model FLOPs utilization {formatPercent(time.modelFlopsUtilization)}: the matrix work without recomputation,
            over the card's dense peak.
          </p>
        )}
      </Row>
      <Row label="One epoch" value={formatSecondsRange(epochSeconds)} status={status}>
        <p>
          {formatCount(time.stepsPerEpoch)} {time.stepsPerEpoch === 1 ? "step" : "steps"} ×{" "}
          {formatSeconds(stepSeconds.likely)}, with its share of validation and checkpoints: the whole run ÷{" "}
          {formatFigure(epochSeconds.likely > 0 ? totalSeconds.likely / epochSeconds.likely : plan.epochs)}.
        </p>
      </Row>
      <Row label="The whole run" value={formatSecondsRange(totalSeconds)} status={status}>
        <ul className="space-y-1">
          {time.runParts.map((part) => (
            <li key={part.id} className="flex items-baseline justify-between gap-4">
              <span className="min-w-0">
                <span className="text-ink">{part.label}</span> · {part.note}{" "}
                {(part.id === "start" || part.id === "checkpoints") && <StatusBadge status="assumed" />}
              </span>
              <span className="whitespace-nowrap text-ink tabular-nums">{formatSeconds(part.seconds)}</span>
            </li>
          ))}
        </ul>
      </Row>
      <Row
        label="GPU-hours"
        value={`${formatRoughFigure(gpuHours.likely)} (${formatRoughFigure(gpuHours.low)}–${formatRoughFigure(gpuHours.high)})`}
        status={status}
      >
        <p>
          {formatSeconds(totalSeconds.likely)} × {formatCount(plan.deviceCount)}{" "}
          {plan.deviceCount === 1 ? "GPU" : "GPUs"} = {formatRoughFigure(gpuHours.likely)} h.
        </p>
      </Row>
      {gpuEnergyKilowattHours === null ? (
        <p className="py-1.5 pl-6.5 text-sm text-muted">Electricity: the card's rated power is not known.</p>
      ) : (
        <Row
          label="Electricity of the cards"
          value={`${formatRoughFigure(gpuEnergyKilowattHours.likely)} kWh (${formatRoughFigure(gpuEnergyKilowattHours.low)}–${formatRoughFigure(gpuEnergyKilowattHours.high)})`}
          status="assumed"
        >
          <p>
            {formatRoughFigure(gpuHours.likely)} GPU-hours × {formatFigure(ratedWatts(time))} W, the rated power of one
            card. Cards draw less where they wait; the host and its cooling are not in it.
          </p>
        </Row>
      )}
    </div>
  );
}

function ratedWatts({ gpuHours, gpuEnergyKilowattHours }: TimeEstimate): number {
  const kilowattHours = gpuEnergyKilowattHours?.likely ?? 0;
  return gpuHours.likely > 0 ? Math.round((kilowattHours * KILOWATT) / gpuHours.likely) : 0;
}

function Row({
  label,
  value,
  status,
  children,
}: {
  label: string;
  value: string;
  status: TimeStatus | "assumed";
  children: ReactNode;
}) {
  return (
    <OpenRow label={label} value={value} badge={<StatusBadge status={status} />}>
      {children}
    </OpenRow>
  );
}
