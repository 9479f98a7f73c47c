import { type ByteUnit, formatBytes, formatCount, formatSeconds } from "@/lib/format";
import type { Issue } from "@/lib/plan/plan";

type Figure = number | string | null;

/** What today's estimator says about the same plan. */
type Today =
  | { readonly status: "same"; readonly modelVersion: string }
  | {
      readonly status: "differs";
      readonly modelVersion: string;
      readonly differences: readonly { readonly figure: string; readonly saved: Figure; readonly today: Figure }[];
    }
  | { readonly status: "not_answered"; readonly modelVersion: string; readonly issues: readonly Issue[] };

/** When the plan was saved, by which estimator, and what has changed since. */
export function SavedNote({
  createdAt,
  modelVersion,
  today,
  unit,
  editHref,
}: {
  /** ISO 8601, UTC. */
  createdAt: string;
  modelVersion: string;
  today: Today;
  unit: ByteUnit;
  /** Null when the plan can no longer be answered. */
  editHref: string | null;
}) {
  return (
    <section aria-labelledby="saved-title" className="panel p-5">
      <h2 id="saved-title" className="text-lg font-semibold tracking-tight">
        Saved <time dateTime={createdAt}>{savedOn(createdAt)}</time>
      </h2>
      <p className="mt-1 text-sm text-muted">
        The figures are the ones of that day, by estimator {modelVersion}. {TODAY_SENTENCES[today.status]}
      </p>
      {today.status === "differs" && (
        <table className="mt-3 w-full text-sm">
          <caption className="sr-only">Figures that differ today</caption>
          <thead>
            <tr className="text-left text-muted">
              <th scope="col" className="py-1 font-normal">
                Figure
              </th>
              <th scope="col" className="py-1 text-right font-normal">
                Saved
              </th>
              <th scope="col" className="py-1 text-right font-normal">
                Today
              </th>
            </tr>
          </thead>
          <tbody>
            {today.differences.map(({ figure, saved, today: now }) => (
              <tr key={figure} className="border-t border-line">
                <th scope="row" className="py-1 pr-2 text-left font-normal break-words">
                  {figureName(figure)}
                </th>
                <td className="py-1 pr-2 text-right whitespace-nowrap">{shown(figure, saved, unit)}</td>
                <td className="py-1 text-right font-medium whitespace-nowrap">{shown(figure, now, unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {today.status === "not_answered" && (
        <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
          {today.issues.map((issue) => (
            <li key={`${issue.path} ${issue.message}`}>{issue.message}</li>
          ))}
        </ul>
      )}
      <a href={editHref ?? "/"} className="button button-primary mt-4">
        {editHref === null ? "Start a new plan" : "Edit a copy"}
      </a>
    </section>
  );
}

const TODAY_SENTENCES = {
  same: "Today's estimator gives the same.",
  differs: "Today's estimator gives other figures:",
  not_answered: "Today's estimator does not answer this plan:",
} as const satisfies Record<Today["status"], string>;

const FIGURE_NAMES: Readonly<Record<string, string>> = {
  "memory.verdict": "Verdict",
  "memory.allocatedPeakBytes": "Allocated",
  "memory.reservedPeakBytes": "Reserved",
  "memory.deviceBytes": "On the card",
  "memory.usableBytes": "Usable",
  "memory.headroomBytes": "Headroom",
  "memory.savedActivationBytes": "Kept activations",
  "memory.largestBatch.batchSize": "Largest batch",
  "memory.largestBatch.limitedBy": "Limited by",
  "time.stepSeconds": "Time per step",
  "time.totalSeconds": "Whole run",
  "time.limitedBy": "The run waits for",
  "parameters.total": "Parameters",
  "parameters.trainable": "Trainable parameters",
  "flops.forwardPerSample": "Forward FLOPs per pair",
  "flops.step": "FLOPs per step",
  globalBatchSize: "Global batch",
  negativesPerExample: "Negatives per example",
};

function figureName(figure: string): string {
  const [, interval, level] = /^(.*(?:Bytes|Seconds))\.(low|likely|high)$/.exec(figure) ?? [];
  return interval === undefined ? (FIGURE_NAMES[figure] ?? figure) : `${FIGURE_NAMES[interval] ?? interval}, ${level}`;
}

function shown(figure: string, value: Figure, unit: ByteUnit): string {
  if (value === null) return "not saved";
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (figure.includes("Bytes")) return formatBytes(value, unit);
  return figure.includes("Seconds") ? formatSeconds(value) : formatCount(value);
}

/** "23 November 2026, 14:05 UTC": the same for every reader, wherever they are. */
function savedOn(createdAt: string): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${text.format(new Date(createdAt)).replace(" at ", ", ")} UTC`;
}
