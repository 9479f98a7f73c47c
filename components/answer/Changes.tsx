"use client";

import { Bytes, useByteUnit } from "@/components/ui/ByteUnit";
import type { Change, Verdict } from "@/lib/estimate/estimate";
import { formatBytesChange, formatSignedPercent } from "@/lib/format";
import { VerdictBadge } from "./VerdictIcon";

/** Single changes of the plan, each with what it saves and what it costs, one click away. */
export function Changes({
  changes,
  verdict,
  onApply,
}: {
  /** null while they are being worked out. */
  changes: readonly Change[] | null;
  verdict: Verdict;
  onApply: (change: Change) => void;
}) {
  const unit = useByteUnit();
  return (
    <section aria-labelledby="changes-title" className="panel p-4 sm:p-6">
      <h3 id="changes-title" className="text-lg font-semibold tracking-tight">
        {verdict === "fits" ? "What would change it" : "What would make it fit"}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        One change at a time, everything else as it is; savings at the upper estimate.
      </p>
      {changes === null && <ChangesWaiting />}
      {changes?.length === 0 && (
        <p className="mt-4 text-sm">
          No single change of this plan saves memory. A smaller model or a larger card would.
        </p>
      )}
      {changes !== null && changes.length > 0 && (
        <ul className="mt-3 divide-y divide-line">
          {changes.map((change) => (
            <li
              key={change.id}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 py-2.5 sm:grid-cols-[minmax(0,1fr)_6.5rem_9rem_auto]"
            >
              <div className="min-w-0">
                <p className="font-medium">{change.label}</p>
                <p className="text-sm text-muted">{change.note}</p>
              </div>
              <p className="text-right font-semibold whitespace-nowrap tabular-nums max-sm:row-start-2 max-sm:text-left">
                {formatBytesChange(-change.savedBytes, unit)}
                {change.timeChange !== null && (
                  <span className="block text-sm font-normal text-muted">
                    {formatSignedPercent(change.timeChange)} time
                  </span>
                )}
              </p>
              <p className="flex flex-col items-end gap-0.5 text-sm max-sm:row-start-2">
                <VerdictBadge verdict={change.verdict} />
                <span className="text-muted">
                  at <Bytes value={change.deviceBytes.likely} />
                </span>
              </p>
              <button
                type="button"
                className="button text-sm max-sm:col-start-2 max-sm:row-start-1"
                aria-label={`Apply: ${change.label}`}
                onClick={() => onApply(change)}
              >
                Apply
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Holds the room of five rows, so that nothing jumps when they arrive. */
function ChangesWaiting() {
  return (
    <div className="mt-3">
      <p className="sr-only">Working out what each change would save.</p>
      <div aria-hidden="true" className="divide-y divide-line">
        {[1, 2, 3, 4, 5].map((row) => (
          <div key={row} className="flex h-[4.25rem] items-center justify-between gap-4">
            <div className="h-3.5 w-2/5 rounded bg-sunken" />
            <div className="h-3.5 w-1/5 rounded bg-sunken" />
          </div>
        ))}
      </div>
    </div>
  );
}
