"use client";

import { useEffect, useState } from "react";
import { Spoken } from "@/components/ui/Spoken";
import { formatCount, formatSeconds } from "@/lib/format";
import type { Validation } from "@/lib/profile/validation";
import { MILLISECOND } from "@/lib/units";
import { StateIcon } from "./StateBadge";
import type { FollowedValidation } from "./use-validation";
import { deviceText } from "./words";

/** A check that waits or runs: where it is, for how long it has been at it, and the way to end it. */
export function ProgressCard({
  followed: { validation, clockAheadSeconds, isLost, isRefused },
  isCancelling,
  problem,
  onCancel,
}: {
  followed: FollowedValidation;
  isCancelling: boolean;
  problem: string | null;
  onCancel: () => void;
}) {
  const { state } = validation;
  const elapsed = useElapsedSeconds(validation, clockAheadSeconds);
  const title = titleOf(validation);
  const progress = state.kind === "running" ? state.progress : null;
  return (
    <section aria-labelledby="progress" className="panel p-4 sm:p-6">
      <h2 id="progress" className="flex items-start gap-2.5 text-xl leading-snug font-semibold tracking-tight">
        <StateIcon standing={state.kind} className="mt-0.5 size-6 text-accent" />
        {title}
      </h2>
      {state.kind === "queued" && <p className="mt-2 text-sm">{queueText(state.position)}</p>}
      {progress !== null && (
        <div className="mt-4">
          <progress
            aria-label="Measurements done"
            className="progress"
            max={Math.max(1, progress.partCount)}
            value={progress.doneCount}
          />
          <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-sm text-muted tabular-nums">
            <span>
              {progress.partCount > 0 &&
                `${formatCount(progress.doneCount)} of ${formatCount(progress.partCount)} measurements done`}
            </span>
            <span>
              {elapsed !== null &&
                `${formatSeconds(Math.floor(elapsed))} so far, at most ${formatSeconds(validation.timeLimitSeconds)}`}
            </span>
          </p>
        </div>
      )}
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <button type="button" className="button" disabled={isCancelling} onClick={onCancel}>
          {isCancelling ? "Cancelling…" : "Cancel this check"}
        </button>
        <p className="text-sm text-muted">
          You may leave this page: it goes on without you, and the address of this page keeps what comes of it.
        </p>
      </div>
      <div role="alert" className="text-sm">
        {problem !== null && <p className="mt-3 text-over">Not cancelled: {problem}</p>}
        {isRefused ? (
          <p className="mt-3 text-over">The server no longer tells how it stands. Load the page again to see why.</p>
        ) : (
          isLost && (
            <p className="mt-3 text-tight">The connection to the server was lost; it is made again by itself.</p>
          )
        )}
      </div>
      <Spoken text={title} />
    </section>
  );
}

function titleOf({ state, device }: Validation): string {
  if (state.kind === "queued") {
    return state.position === 1
      ? `Waiting: it is next on the ${deviceText(device)}`
      : `Waiting: number ${formatCount(state.position)} in the queue of the ${deviceText(device)}`;
  }
  if (state.kind !== "running") return "It has ended";
  const { doing } = state.progress;
  return `Running on the ${deviceText(device)}: ${doing}`;
}

/** What comes before it, besides the one that runs. */
function queueText(position: number): string {
  const before = position - 1;
  const others = before === 0 ? "" : ` and the ${before === 1 ? "one" : formatCount(before)} before it in the queue`;
  return `It begins by itself as soon as the check that runs${others} ${before === 0 ? "has" : "have"} ended.`;
}

/** Since it began to run, by the server's clock; null before the browser knows both. */
function useElapsedSeconds({ startedAt }: Validation, clockAheadSeconds: number | null): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  if (now === null || startedAt === null || clockAheadSeconds === null) return null;
  return Math.max(0, (now - Date.parse(startedAt)) * MILLISECOND + clockAheadSeconds);
}
