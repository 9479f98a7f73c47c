"use client";

import { useQuery } from "@tanstack/react-query";
import { Ruler } from "lucide-react";
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
  const { name, checkCount, gpuId, calibration, rates, measurementCount, errorBefore, errorAfter } = measured;
  const steps = `${formatCount(measurementCount)} ${measurementCount === 1 ? "step" : "steps"}`;
  const checks = checkCount === 1 ? "in this check" : `in ${formatCount(checkCount)} checks, this one included,`;
  return (
    <>
      <p className="mt-1 text-sm">
        {steps} {measurementCount === 1 ? "was" : "were"} timed on {name} {checks}
        {errorBefore !== null && errorAfter !== null && (
          <>
            {" "}
            and are predicted to within {percentOff(errorAfter)} in the median with what they say of the device;{" "}
            {percentOff(errorBefore)} without.
          </>
        )}
        {errorBefore === null && "."}
      </p>
      {rates !== null && (
        <table className="mt-3 w-full text-sm">
          <caption className="sr-only">Rates of the device before and after</caption>
          <thead className="text-muted">
            <tr>
              <th scope="col" className="py-1.5 text-left font-normal">
                In ONNX Runtime
              </th>
              <th scope="col" className="py-1.5 pl-3 text-right font-normal">
                As assumed
              </th>
              <th scope="col" className="py-1.5 pl-3 text-right font-normal">
                As measured
              </th>
              <th scope="col" className="py-1.5 pl-3 text-right font-normal max-sm:hidden">
                Steps
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {RATES.map(({ key, label, show }) => (
              <tr key={key} className="align-baseline">
                <th scope="row" className="py-1.5 text-left font-normal">
                  {label}
                  {rates[key].missing !== null && (
                    <span className="block text-xs text-muted">
                      Not known from these: measure {rates[key].missing}.
                    </span>
                  )}
                </th>
                <td className="py-1.5 pl-3 text-right whitespace-nowrap text-muted tabular-nums">
                  {show(rates[key].before)}
                </td>
                <td className="py-1.5 pl-3 text-right font-medium whitespace-nowrap tabular-nums">
                  {rates[key].missing === null ? (
                    show(rates[key].after)
                  ) : (
                    <span className="text-muted">as assumed</span>
                  )}
                </td>
                <td className="py-1.5 pl-3 text-right tabular-nums max-sm:hidden">
                  {formatCount(rates[key].measurementCount)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rates !== null && RATES.every(({ key }) => rates[key].after === rates[key].before) && (
        <p className="mt-2 text-sm">
          No other rates would bring predictions nearer to most of these steps, so those that are assumed stay.
        </p>
      )}
      {gpuId === null ? <ForCpu /> : <ForCard {...{ validation, gpuId, name, calibration }} />}
    </>
  );
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
