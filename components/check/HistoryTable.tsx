"use client";

import { formatSeconds, formatSignedPercent } from "@/lib/format";
import type { HistoryAnswer } from "./answers";
import type { HistoryRow } from "./history-row";
import { StateBadge } from "./StateBadge";
import { batchesText, dateText, deviceText, OUTCOME_WORDS, planText } from "./words";

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
        <Rows rows={answer.rows} />
      )}
    </section>
  );
}

function Rows({ rows }: { rows: readonly HistoryRow[] }) {
  return (
    <section
      aria-label="Checks on this machine"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
      tabIndex={0}
      className="relative mt-3 overflow-x-auto rounded-lg border border-line"
    >
      <table className="w-full min-w-[52rem] text-sm">
        <caption className="sr-only">Checks, the newest first; errors are of what was predicted</caption>
        <thead className="bg-sunken text-left">
          <tr>
            {["State", "Plan", "Device", "Asked", "Memory off by", "One step"].map((name, index) => (
              <th key={name} scope="col" className={`px-3 py-2 font-medium ${index > 3 ? "text-right" : ""}`}>
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
    </section>
  );
}

function HistoryLine({ row }: { row: HistoryRow }) {
  const { id, createdAt, state, plan, device, deviceName, batchSizes, stopped, largest } = row;
  const { memoryError = null, stepSeconds = null, secondsError = null } = largest ?? {};
  return (
    <tr className="border-t border-line align-top">
      <td className="px-3 py-2">
        <StateBadge kind={state.kind} />
        {stopped !== null && stopped.outcome !== "cancelled" && (
          <span className="mt-0.5 block text-xs text-muted">
            {OUTCOME_WORDS[stopped.outcome]} (batch {stopped.batchSize})
          </span>
        )}
      </td>
      <th scope="row" className="px-3 py-2 text-left font-normal">
        <a className="link font-medium" href={`/check/${id}`}>
          {planText(plan)}
        </a>
        <span className="block text-xs text-muted">{batchesText(batchSizes)}</span>
      </th>
      <td className="px-3 py-2">
        {deviceText(device)}
        {deviceName !== null && <span className="block max-w-48 text-xs text-muted">{deviceName}</span>}
      </td>
      <td className="px-3 py-2 whitespace-nowrap">
        <time dateTime={createdAt}>{dateText(createdAt)}</time>
      </td>
      <td className="px-3 py-2 text-right whitespace-nowrap">
        {memoryError === null ? <Unknown /> : formatSignedPercent(memoryError)}
      </td>
      <td className="px-3 py-2 text-right whitespace-nowrap">
        {stepSeconds === null ? <Unknown /> : formatSeconds(stepSeconds)}
        <span className="block text-xs text-muted">
          {largest !== null && stepSeconds !== null && `at batch ${largest.batchSize}`}
          {secondsError !== null && `, ${formatSignedPercent(secondsError)}`}
        </span>
      </td>
    </tr>
  );
}

function Unknown() {
  return <span className="text-muted">not measured</span>;
}
