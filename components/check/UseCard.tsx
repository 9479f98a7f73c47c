"use client";

import { useQuery } from "@tanstack/react-query";
import { Ruler } from "lucide-react";
import { BeforeAfterTable } from "@/components/answer/BeforeAfterTable";
import { planQuery } from "@/components/gpus/plan-link";
import { measuredQuery } from "@/components/planner/measured";
import { formatBytes, formatCount, formatFlops, formatSeconds, formatSignedPercent } from "@/lib/format";
import type { Validation } from "@/lib/profile/validation";
import type { MeasuredDevice, UseAnswer, ValidationActions } from "./answers";

/** What the measurements of this device are good for: better seconds of later checks, and of a card better estimates. */
export function UseCard({
  validation,
  token,
  use,
}: {
  validation: Validation;
  token: string | null;
  use: ValidationActions["use"];
}) {
  const query = useQuery({
    queryKey: ["use", validation.id, token],
    queryFn: () => use(validation.id, token),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const answer: UseAnswer | null = query.isError
    ? { kind: "failed", message: "The server could not be reached." }
    : (query.data ?? null);
  if (answer?.kind === "no_access" || answer?.kind === "missing") return null;
  return (
    <section aria-labelledby="use" className="panel min-w-0 p-4 sm:p-6">
      <h3 id="use" className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <Ruler aria-hidden="true" className="size-5 shrink-0 text-accent" />
        Use these measurements
      </h3>
      {answer === null && <p className="mt-2 min-h-32 text-sm text-muted">Working out what they say…</p>}
      {answer?.kind === "failed" && <p className="mt-2 text-sm text-over">{answer.message}</p>}
      {answer?.kind === "use" && <Use validation={validation} answer={answer} />}
    </section>
  );
}

function Use({
  validation,
  answer: { measured, why, staleCount },
}: {
  validation: Validation;
  answer: Extract<UseAnswer, { kind: "use" }>;
}) {
  return (
    <>
      {measured === null ? (
        <p className="mt-2 text-sm">Nothing can be made of them yet: {why}.</p>
      ) : (
        <Measured validation={validation} measured={measured} />
      )}
      {staleCount > 0 && (
        <p className="mt-2 text-sm text-muted">
          {formatCount(staleCount)} timed {staleCount === 1 ? "step" : "steps"} of another version of Headroom are left
          out: it counts the work of a step otherwise. Checking again brings them back.
        </p>
      )}
    </>
  );
}

function Measured({ validation, measured }: { validation: Validation; measured: MeasuredDevice }) {
  const { name, gpuId, calibration, rates } = measured;
  return (
    <>
      <p className="mt-1 text-sm">{measuredText(measured)}</p>
      {rates !== null && (
        <>
          <BeforeAfterTable
            caption="Rates of the device before and after"
            label={{ name: "In ONNX Runtime" }}
            rows={RATES.map(({ key, label, show }) => {
              const { before, after, measurementCount, missing } = rates[key];
              return {
                key,
                label,
                measurementCount,
                before: show(before),
                after: missing === null ? show(after) : null,
                ...(missing === null ? {} : { note: `Not known from these: measure ${missing}.` }),
              };
            })}
          />
          {RATES.every(({ key }) => rates[key].after === rates[key].before) && (
            <p className="mt-2 text-sm">
              No other rates would bring predictions nearer to most of these steps, so those that are assumed stay.
            </p>
          )}
        </>
      )}
      {gpuId === null ? <ForCpu /> : <ForCard {...{ validation, gpuId, name, calibration }} />}
    </>
  );
}

/** How much was measured, and how well what it says of the device predicts it. */
function measuredText({ name, checkCount, measurementCount, errorBefore, errorAfter }: MeasuredDevice): string {
  const steps = measurementCount === 1 ? "1 step was" : `${formatCount(measurementCount)} steps were`;
  const checks = checkCount === 1 ? "in this check" : `in ${formatCount(checkCount)} checks, this one included,`;
  const timed = `${steps} timed on ${name} ${checks}`;
  if (errorBefore === null || errorAfter === null) return `${timed.replace(/,$/, "")}.`;
  const [before, after] = [percentOff(errorBefore), percentOff(errorAfter)];
  return before === after
    ? `${timed} and are predicted to within ${after} in the median, with what is assumed of the device and with what they say of it.`
    : `${timed} and are predicted to within ${after} in the median with what they say of the device; ${before} without.`;
}

/** Later checks take them by themselves; nothing is left to press. */
function ForCpu() {
  return (
    <p className="mt-3 text-sm text-muted">
      Later checks on this processor predict seconds from them, unless that is switched off there. They change no
      estimate: the planner’s figures are of GPUs, of which a CPU says nothing.
    </p>
  );
}

function ForCard({
  validation: { plan },
  gpuId,
  name,
  calibration,
}: {
  validation: Validation;
  gpuId: string;
  name: string;
  calibration: string | null;
}) {
  const query = planQuery({ ...plan, gpu: gpuId });
  return (
    <>
      <p className="mt-3 text-sm text-muted">
        Later checks on this card predict seconds from them, unless that is switched off there. In the planner they
        stand in for what is assumed of {name}: of no other card, and only where you use them.
      </p>
      {calibration !== null && query !== null && (
        <p className="mt-3 flex flex-wrap items-center gap-3">
          <a className="button button-primary" href={`/?${query}${measuredQuery({ text: calibration, isOn: true })}`}>
            Use these measurements
          </a>
          {plan.gpu !== gpuId && (
            <span className="text-sm text-muted">The planner opens with {name}, the card that was measured.</span>
          )}
        </p>
      )}
    </>
  );
}

const RATES = [
  { key: "flopsPerSecond", label: "Large matrix products", show: (rate: number) => `${formatFlops(rate)}/s` },
  { key: "memoryBytesPerSecond", label: "Passes over memory", show: (rate: number) => `${formatBytes(rate, "GB")}/s` },
  { key: "secondsPerNode", label: "Starting one operation", show: formatSeconds },
] as const;

function percentOff(error: number): string {
  return formatSignedPercent(error).replace("+", "");
}
