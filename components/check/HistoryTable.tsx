"use client";

import { formatCount, formatSeconds, formatSignedPercent } from "@/lib/format";
import { isFinal } from "@/lib/profile/validation";
import type { HistoryAnswer } from "./answers";
import type { HistoryRow } from "./history-row";
import { StateBadge } from "./StateBadge";
import { batchesText, dateText, deviceText, OUTCOME_WORDS, planText, standingOf } from "./words";

/** Every check that this server knows of, the newest first. */
export function HistoryTable({
  answer,
  title,
}: {
  answer: Exclude<HistoryAnswer, { kind: "no_access" }>;
  title: string;
}) {
  return (
    <section aria-labelledby="history" className="panel min-w-0 p-4 sm:p-6">
      <h2 id="history" className="text-lg font-semibold tracking-tight">
        {title}
      </h2>
      {answer.kind === "failed" ? (
        <p className="mt-2 text-sm text-over">{answer.message}</p>
      ) : answer.rows.length === 0 ? (
        <p className="mt-2 text-sm text-muted">None yet. The first one appears here as soon as it starts.</p>
      ) : (
        <>
          <Rows rows={answer.rows} />
          {answer.hasMore && (
            <p className="mt-2 text-sm text-muted">
              These are the newest {formatCount(answer.rows.length)}. Older ones keep their addresses.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: readonly HistoryRow[] }) {
  return (
    <table className="mt-3 w-full text-sm">
      <caption className="sr-only">Checks, the newest first; errors are of what was predicted</caption>
      <thead className="text-left text-muted">
        <tr>
          {COLUMNS.map(({ name, className }) => (
            <th key={name} scope="col" className={`py-1.5 font-normal ${className}`}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <HistoryLine key={row.id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

/** On a narrow screen what the other columns say stands above and below the plan. */
const COLUMNS = [
  { name: "State", className: "pr-3 max-sm:hidden" },
  { name: "Plan", className: "pr-3" },
  { name: "Device", className: "pr-3 max-lg:hidden" },
  { name: "Asked", className: "pr-3 max-lg:hidden" },
  { name: "Memory off by", className: "pl-3 text-right whitespace-nowrap max-sm:hidden" },
  { name: "One step", className: "pl-3 text-right" },
] as const;

function HistoryLine({ row }: { row: HistoryRow }) {
  const { id, createdAt, state, plan, device, deviceName, batchSizes, stopped, largest } = row;
  const { memoryError = null, stepSeconds = null, secondsError = null } = largest ?? {};
  const none = <span className="text-muted">{isFinal(state) ? "not measured" : "not yet"}</span>;
  const stands = (
    <>
      <StateBadge standing={standingOf(state, stopped === null)} />
      {stopped !== null && stopped.outcome !== "cancelled" && (
        <span className="mt-0.5 block text-xs text-muted sm:max-w-36">
          {OUTCOME_WORDS[stopped.outcome]} (batch {formatCount(stopped.batchSize)})
        </span>
      )}
    </>
  );
  const asked = <time dateTime={createdAt}>{dateText(createdAt)}</time>;
  return (
    <tr className="border-t border-line align-top">
      <td className="py-2 pr-3 max-sm:hidden">{stands}</td>
      <th scope="row" className="py-2 pr-3 text-left font-normal">
        <span className="mb-1 block sm:hidden">{stands}</span>
        <a className="link font-medium" href={`/check/${id}`}>
          {planText(plan)}
        </a>
        <span className="block text-xs text-muted">{batchesText(batchSizes)}</span>
        <span className="block text-xs text-muted lg:hidden">
          {deviceText(device)}, {asked}
        </span>
        {memoryError !== null && (
          <span className="block text-xs text-muted sm:hidden">memory {formatSignedPercent(memoryError)} off</span>
        )}
      </th>
      <td className="py-2 pr-3 max-lg:hidden">
        {deviceText(device)}
        {deviceName !== null && <span className="block text-xs text-muted">{deviceName}</span>}
      </td>
      <td className="py-2 pr-3 whitespace-nowrap max-lg:hidden">{asked}</td>
      <td className="py-2 pl-3 text-right whitespace-nowrap tabular-nums max-sm:hidden">
        {memoryError === null ? none : formatSignedPercent(memoryError)}
      </td>
      <td className="py-2 pl-3 text-right tabular-nums">
        {stepSeconds === null ? none : <span className="whitespace-nowrap">{formatSeconds(stepSeconds)}</span>}
        <span className="block text-xs whitespace-nowrap text-muted">
          {largest !== null && stepSeconds !== null && `at batch ${formatCount(largest.batchSize)}`}
          {secondsError !== null && `, ${formatSignedPercent(secondsError)}`}
        </span>
      </td>
    </tr>
  );
}
