import type { Estimate } from "@/lib/estimate/estimate";
import { STEP_PARTS, type TimeEstimate } from "@/lib/estimate/time/time-estimate";
import { formatRoughFigure, formatRoughSeconds } from "@/lib/format";
import { change, secondsChange } from "./differences";
import { PairTable } from "./PairTable";

/** How long each plan takes, part by part, and what each waits for. */
export function TimeComparison({ a, b }: { a: Estimate; b: Estimate }) {
  return (
    <section aria-labelledby="time-title" className="panel p-4 sm:p-6">
      <h3 id="time-title" className="text-lg font-semibold tracking-tight">
        How long
      </h3>
      {a.time !== null && b.time !== null ? (
        <TimeTable a={a.time} b={b.time} />
      ) : (
        <>
          <NoTimeOf name="Plan A" estimate={a} />
          <NoTimeOf name="Plan B" estimate={b} />
        </>
      )}
      {a.time !== null && <Limit name="A" time={a.time} />}
      {b.time !== null && <Limit name="B" time={b.time} />}
    </section>
  );
}

function TimeTable({ a, b }: { a: TimeEstimate; b: TimeEstimate }) {
  const seconds = (key: string, label: string, left: number, right: number, isTotal = false) => ({
    key,
    label,
    a: formatRoughSeconds(left),
    b: formatRoughSeconds(right),
    change: secondsChange(left, right),
    isTotal,
  });
  const figure = (key: string, label: string, left: number, right: number) => ({
    key,
    label,
    a: formatRoughFigure(left),
    b: formatRoughFigure(right),
    change: change(left, right, formatRoughFigure(Math.abs(right - left))),
  });
  const parts = STEP_PARTS.map((id) => ({ id, a: partOf(a, id), b: partOf(b, id) })).filter(
    (part) => part.a !== undefined || part.b !== undefined,
  );
  return (
    <PairTable
      caption="Time by part"
      rows={[
        ...parts.map((part) =>
          seconds(part.id, part.a?.label ?? part.b?.label ?? part.id, part.a?.seconds ?? 0, part.b?.seconds ?? 0),
        ),
        seconds("step", "One training step", a.stepSeconds.likely, b.stepSeconds.likely, true),
        figure("samples", "Samples per second", a.samplesPerSecond.likely, b.samplesPerSecond.likely),
        seconds("epoch", "One epoch", a.epochSeconds.likely, b.epochSeconds.likely),
        figure("hours", "GPU-hours", a.gpuHours.likely, b.gpuHours.likely),
        seconds("run", "The whole run", a.totalSeconds.likely, b.totalSeconds.likely, true),
      ]}
    />
  );
}

function partOf({ stepParts }: TimeEstimate, id: string) {
  return stepParts.find((part) => part.id === id);
}

function NoTimeOf({ name, estimate: { time, noTime } }: { name: string; estimate: Estimate }) {
  return (
    <p className="mt-2 text-sm">
      <span className="font-medium">{name}:</span>{" "}
      {time === null
        ? `no time. ${noTime?.reason ?? ""} ${noTime?.instead == null ? "" : `Instead: ${noTime.instead}.`}`
        : `${formatRoughSeconds(time.totalSeconds.likely)} for the whole run.`}
    </p>
  );
}

function Limit({ name, time }: { name: string; time: TimeEstimate }) {
  return (
    <p className="mt-2 text-sm text-muted">
      <span className="font-medium text-ink">What limits {name}.</span> {time.limit}
    </p>
  );
}
