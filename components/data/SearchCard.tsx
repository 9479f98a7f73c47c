"use client";

import { Download } from "lucide-react";
import { downloadText } from "@/components/ui/download";
import type { DataOverview } from "@/lib/api/data-overview";
import type { SearchAnswer } from "@/lib/estimate/search/search-answer";
import type { SearchParameter } from "@/lib/estimate/search/search-space";
import { formatCount, formatPercent, formatRoughSeconds, formatSecondsRange, formatUsd } from "@/lib/format";
import { TermRow } from "./TermRow";
import { capitalized, usdRange } from "./words";

const PRUNER_WORDS = {
  none: "nothing stopped early",
  median: "stopped below the median",
  halving: "successive halving",
} as const satisfies Record<SearchAnswer["pruner"]["kind"], string>;

/** What a hyper-parameter search takes, how to have it cheaper, and when its winner means something. */
export function SearchCard({ overview }: { overview: DataOverview }) {
  const { search, noSearch } = overview;
  if (search === null) {
    return (
      <section aria-labelledby="search-title" className="panel p-4 sm:p-6">
        <h3 id="search-title" className="text-lg font-semibold tracking-tight">
          No search to budget
        </h3>
        <p className="mt-1 text-sm text-muted">{noSearch}</p>
      </section>
    );
  }
  const { epochs, seconds, costUsd, capSeconds } = search;
  return (
    <section aria-labelledby="search-title" className="panel p-4 sm:p-6">
      <h3 id="search-title" className="text-lg font-semibold tracking-tight">
        A search of {formatCount(search.trialCount)} trials:{" "}
        {seconds === null
          ? `about ${formatCount(Math.round(epochs.likely))} epochs`
          : formatRoughSeconds(seconds.likely)}
        {costUsd !== null && `, about ${formatUsd(costUsd.likely)}`}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        {formatCount(search.epochsPerTrial)} epochs a trial, {PRUNER_WORDS[search.pruner.kind]}:{" "}
        {formatPercent(epochs.fraction)} of {formatCount(epochs.cap)} epochs.
      </p>
      <div className="mt-3 divide-y divide-line border-y border-line">
        <TermRow
          label="Epochs"
          value={`${formatCount(Math.round(epochs.likely))} (${formatCount(Math.round(epochs.low))}–${formatCount(Math.round(epochs.high))})`}
          status="estimated"
          term={null}
        >
          <p>
            Range: {epochs.reason}. At most {formatCount(epochs.cap)}.
          </p>
        </TermRow>
        {seconds !== null && (
          <TermRow label="Time" value={formatSecondsRange(seconds)} status="estimated" term={search.secondsTerm}>
            {capSeconds !== null && <p>At most {formatRoughSeconds(capSeconds)} without stopping.</p>}
          </TermRow>
        )}
        {costUsd !== null && (
          <TermRow label="Cost" value={usdRange(costUsd)} status="estimated" term={null}>
            <p>
              {capitalized(costUsd.reason ?? "")}.
              {search.capUsd !== null && ` At most ${formatUsd(search.capUsd)} without stopping.`}
            </p>
          </TermRow>
        )}
      </div>
      <p className="mt-3 text-sm">{search.winner.text}</p>
      {search.cheaper.length > 0 && (
        <>
          <h4 className="mt-4 font-medium">For less</h4>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-sm">
            {search.cheaper.map(({ id, text, epochs: less }) => (
              <li key={id}>
                {text}
                {less !== null &&
                  ` About ${formatCount(Math.round(less.likely))} ${less.likely === 1 ? "epoch" : "epochs"}.`}
              </li>
            ))}
          </ul>
        </>
      )}
      <details className="mt-3 text-sm">
        <summary className="link w-fit">The space of the search, and what to know</summary>
        <ul className="mt-2 space-y-0.5">
          {search.space.map((parameter) => (
            <li key={parameter.name}>
              <code>{parameter.name}</code> {rangeText(parameter)}
            </li>
          ))}
        </ul>
        <ul className="mt-2 list-disc space-y-1 pl-5 text-muted">
          {search.caveats.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      </details>
      <button
        type="button"
        className="button mt-3"
        onClick={() => downloadText("study.py", "text/x-python", search.optunaStudy)}
      >
        <Download aria-hidden="true" className="size-4" />
        Optuna study (study.py)
      </button>
    </section>
  );
}

function rangeText(parameter: SearchParameter): string {
  if (parameter.kind === "choice") return parameter.choices.join(", ");
  const scale = parameter.kind === "log_uniform" ? ", logarithmic" : parameter.kind === "integer" ? ", whole" : "";
  return `${parameter.low} to ${parameter.high}${scale}`;
}
