"use client";

import { Hourglass, Play, RefreshCw } from "lucide-react";
import { planQuery } from "@/components/gpus/plan-link";
import { Bytes, useByteUnit } from "@/components/ui/ByteUnit";
import { FigureHead } from "@/components/ui/FigureHead";
import { formatBytes, formatCount, formatFineBytes, formatRoughSeconds, formatSeconds } from "@/lib/format";
import { stepsPerBatch } from "@/lib/profile/planned-steps";
import type { Preview, PreviewRow } from "./answers";
import { DeviceNote } from "./DeviceNote";
import { batchesText, modelText, planText } from "./words";

/** Everything that will run and for how long, and the button that starts it. */
export function WhatRuns({
  preview,
  isWaiting,
  isStarting,
  problem,
  onStart,
  onLookAgain,
}: {
  preview: Preview;
  /** Whether what is shown is for an older question. */
  isWaiting: boolean;
  isStarting: boolean;
  /** Why it could not be started. */
  problem: string | null;
  onStart: () => void;
  onLookAgain: () => void;
}) {
  const { request, machine, plannedPrecision, rows, freeBytes } = preview;
  const { plan, device, batchSizes } = request;
  const unit = useByteUnit();
  const plannerQuery = planQuery({ ...plan, precision: plannedPrecision });
  const first = rows?.[0];
  const fitsNothing = first !== undefined && first.neededBytes > freeBytes;
  const where = device === "cuda" ? (machine.gpu?.name ?? "the GPU") : "the CPU";
  return (
    <section aria-labelledby="what-runs" className="panel p-4 sm:p-6">
      <h2 id="what-runs" className="text-xl leading-snug font-semibold tracking-tight text-pretty">
        {formatCount(batchSizes.length * stepsPerBatch(request))} training steps of {modelText(plan)} at{" "}
        {batchesText(batchSizes)} on {where}
      </h2>
      <p className="mt-1 text-sm wrap-anywhere text-muted">
        {planText(plan)}
        {plannerQuery !== null && (
          <>
            .{" "}
            <a className="link whitespace-nowrap" href={`/?${plannerQuery}`}>
              Change the plan
            </a>
          </>
        )}
      </p>
      {plan.precision !== plannedPrecision && (
        <p className="mt-1 text-sm">
          It runs in {plan.precision}, where the plan says {plannedPrecision}: ONNX Runtime has float16 only as a slow
          emulation on a CPU. On a GPU it would run as planned.
        </p>
      )}
      <div className="mt-4">
        <DeviceNote device={device} machine={machine} />
      </div>

      <div className="mt-4 min-h-40">
        {rows === null ? (
          <p className="text-sm text-muted">Working out what each batch size takes…</p>
        ) : (
          <>
            <MemoryTable rows={rows} freeBytes={freeBytes} />
            <SecondsNote preview={preview} rows={rows} />
          </>
        )}
      </div>

      {fitsNothing ? (
        <p className="mt-4 rounded-lg bg-over-soft px-3 py-2.5 text-sm">
          Not even batch {formatCount(first.batchSize)} fits: it takes {formatFineBytes(first.neededBytes, unit)} by
          prediction, and {formatBytes(freeBytes, unit)} are free. Choose smaller batch sizes, train less of the model,
          or end other programs and look again.
        </p>
      ) : (
        <>
          <dl className="mt-4 space-y-2 text-sm">
            <div className="flex gap-2.5">
              <Hourglass aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-muted" />
              <dt className="sr-only">How long</dt>
              <dd className="min-w-0">{howLong(preview)}</dd>
            </div>
          </dl>
          <p className="mt-2 text-sm text-muted">
            Meanwhile {device === "cuda" ? "the GPU" : "every core of the machine"} is busy: other work slows down, and
            slows the check down. One check runs at a time; others wait. Weights, images and texts are drawn at random,
            and nothing is kept but the figures.
          </p>
        </>
      )}

      <div className="mt-5 flex flex-wrap items-center gap-3">
        <button
          type="button"
          className="button button-primary min-h-11 px-5"
          disabled={isWaiting || isStarting || rows === null || fitsNothing}
          onClick={onStart}
        >
          <Play aria-hidden="true" className="size-4" />
          {isStarting ? "Starting…" : "Start the check"}
        </button>
        <button type="button" className="button" disabled={isWaiting} onClick={onLookAgain}>
          <RefreshCw aria-hidden="true" className="size-4" />
          Look at the machine again
        </button>
      </div>
      <div role="alert" className="text-sm">
        {problem !== null && <p className="mt-3 text-over">Not started: {problem}</p>}
      </div>
    </section>
  );
}

function MemoryTable({ rows, freeBytes }: { rows: readonly PreviewRow[]; freeBytes: number }) {
  const unit = useByteUnit();
  const hasSeconds = rows.some(({ predicted: { stepSeconds } }) => stepSeconds.kind === "predicted");
  return (
    <table className="w-full text-sm">
      <caption className="pb-1.5 text-left text-muted">
        Memory by prediction: of one step, and at most, since what is timed unrolls several
        {Number.isFinite(freeBytes) && (
          <>
            ; <Bytes value={freeBytes} /> are free for it
          </>
        )}
      </caption>
      <FigureHead
        columns={[
          { name: "Batch", kind: "label" },
          { name: "One step" },
          { name: "At most" },
          ...(hasSeconds ? [{ name: "Takes" }] : []),
          { name: "Whether it fits", kind: "label", isSpokenOnly: true },
        ]}
      />
      <tbody>
        {rows.map(({ batchSize, predicted: { inUsePeakBytes: peak, stepSeconds }, neededBytes }) => (
          <tr key={batchSize} className="border-t border-line">
            <th scope="row" className="py-1.5 pr-3 text-left font-medium tabular-nums">
              {formatCount(batchSize)}
            </th>
            <td className="py-1.5 pl-3 text-right whitespace-nowrap">
              {peak.kind === "predicted" ? formatFineBytes(peak.value, unit) : "not predicted"}
            </td>
            <td className="py-1.5 pl-3 text-right whitespace-nowrap">{formatFineBytes(neededBytes, unit)}</td>
            {hasSeconds && (
              <td className="py-1.5 pl-3 text-right whitespace-nowrap">
                {stepSeconds.kind === "predicted" ? formatRoughSeconds(stepSeconds.value) : "not predicted"}
              </td>
            )}
            <td className="w-1/2 py-1.5 pl-3">
              {neededBytes <= freeBytes ? (
                <span className="text-fits">fits</span>
              ) : (
                <span className="text-over">does not fit: neither this nor a larger one is started</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the seconds were predicted from, or why there are none. */
function SecondsNote({ preview: { seconds }, rows }: { preview: Preview; rows: readonly PreviewRow[] }) {
  const [first] = rows;
  if (first === undefined) return null;
  const { measured, staleCount } = seconds;
  const { stepSeconds } = first.predicted;
  const stale =
    staleCount === 0 ? "" : ` ${formatCount(staleCount)} steps that another version timed are left out: check again.`;
  const text =
    stepSeconds.kind === "predicted" && measured !== null
      ? `Seconds are predicted from ${formatCount(measured.measurementCount)} steps timed on this device before.`
      : stepSeconds.kind === "predicted"
        ? ""
        : `Not predicted: ${stepSeconds.why}.`;
  return (
    <p className="mt-2 text-sm text-muted">
      {text}
      {stale}
    </p>
  );
}

/** Only what is known: seconds where all were predicted, and in any case the limit. */
function howLong({ request, rows, earlier }: Preview): string {
  const limit = `after ${formatSeconds(request.timeLimitSeconds)} at the latest it ends by itself`;
  const seconds = (rows ?? []).map(({ predicted: { stepSeconds } }) => stepSeconds);
  const known = seconds.flatMap((each) => (each.kind === "predicted" ? [each.value] : []));
  if (known.length > 0 && known.length === seconds.length) {
    const sum = known.reduce((total, each) => total + each * stepsPerBatch(request), 0);
    return `About ${formatRoughSeconds(sum)} of computing by prediction, and a few seconds for each batch size to begin; ${limit}.`;
  }
  if (earlier !== null) {
    const { wallSeconds, batchSizes, repeats } = earlier;
    const runs = repeats === 1 ? "one timed run" : `${formatCount(repeats)} timed runs`;
    return `A check of the same plan took ${formatSeconds(wallSeconds)} here at ${batchesText(batchSizes)} with ${runs} of each; ${limit}.`;
  }
  return `How long it takes is not known before the first batch size was timed; ${limit}, and what was measured until then stays.`;
}
