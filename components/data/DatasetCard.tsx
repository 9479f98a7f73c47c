import { X } from "lucide-react";
import type { DatasetReport } from "@/lib/datasets/dataset-report";
import type { FaultCode } from "@/lib/datasets/entry";
import { formatCount, formatFigure } from "@/lib/format";
import { KB } from "@/lib/units";

const FAULT_WORDS = {
  unreadable_entry: "Entries that cannot be read",
  unreadable_file: "Files that cannot be read",
  cut_off: "Files that end too early",
  missing_field: "Entries or lists without images",
  unusable_field: "Labels and captions that are no text",
  not_utf8: "Text that is not UTF-8",
  missing_image: "Images that are not there",
  unreadable_image: "Images that cannot be read",
  empty_caption: "Empty captions",
  long_caption: "Captions longer than the model reads",
} as const satisfies Record<FaultCode, string>;

/** What a dataset holds: counts, balance, captions, images, and everything that is wrong with it. */
export function DatasetCard({ name, report, onClose }: { name: string; report: DatasetReport; onClose: () => void }) {
  const { classes, captions, images, findings, splits } = report;
  const faults = Object.entries(report.faults);
  const faultCount = faults.reduce((sum, [, { count }]) => sum + count, 0);
  return (
    <section aria-labelledby="dataset-title" className="panel p-4 sm:p-6">
      <div className="flex items-start justify-between gap-3">
        <h2 id="dataset-title" className="min-w-0 text-lg font-semibold tracking-tight wrap-anywhere">
          {name}: {formatCount(report.entryCount)} {report.entryCount === 1 ? "entry" : "entries"}
          {faultCount === 0
            ? ", none damaged"
            : `, ${formatCount(faultCount)} ${faultCount === 1 ? "fault" : "faults"}`}
        </h2>
        <button
          type="button"
          className="flex size-9 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken"
          aria-label="Put the dataset aside"
          onClick={onClose}
        >
          <X aria-hidden="true" className="size-4" />
        </button>
      </div>
      <dl className="mt-2 grid gap-x-6 gap-y-2 text-sm sm:grid-cols-2 lg:grid-cols-4">
        <Fact label="Splits">{splitsText(splits)}</Fact>
        <Fact label="Classes">{classesText(classes)}</Fact>
        <Fact label="Captions">
          {captions.given === 0
            ? "none"
            : `${formatCount(captions.given)}; ${formatFigure(captions.meanTokens ?? 0)} tokens on average, ${formatCount(captions.longestTokens)} at most`}
        </Fact>
        <Fact label="Images">{imagesText(images)}</Fact>
      </dl>
      {findings.length > 0 && (
        <ul className="mt-3 list-disc space-y-1 pl-5 text-sm">
          {findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      {classes !== null && classes.byCount.length > 1 && (
        <details className="mt-3 text-sm">
          <summary className="link w-fit">Images of each class</summary>
          <ul className="mt-2 columns-2 gap-6 lg:columns-3">
            {classes.byCount.map(({ name: label, count }) => (
              <li key={label} className="flex justify-between gap-3 tabular-nums">
                <span className="min-w-0 truncate">{label}</span>
                {formatCount(count)}
              </li>
            ))}
          </ul>
          {classes.count > classes.byCount.length && (
            <p className="mt-1 text-muted">The {formatCount(classes.byCount.length)} largest of them.</p>
          )}
        </details>
      )}
      {faultCount > 0 && (
        <details className="mt-3 text-sm">
          <summary className="link w-fit">What is wrong, and where</summary>
          {faults.map(([code, { count, first }]) => (
            <div key={code} className="mt-2">
              <h3 className="font-medium">
                {isFaultCode(code) ? FAULT_WORDS[code] : code}: {formatCount(count)}
                {first.length < count && `, of which the first ${formatCount(first.length)}`}
              </h3>
              <ul className="list-disc pl-5 wrap-anywhere">
                {first.map(({ where, message }) => (
                  <li key={`${where} ${message}`}>
                    {where}: {message}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </details>
      )}
    </section>
  );
}

/** Lists in files of many names make many of them. */
const MOST_SPLITS = 6;

function splitsText(splits: DatasetReport["splits"]): string {
  if (splits.length === 0) return "none";
  const shown = splits.slice(0, MOST_SPLITS).map(({ name, count }) => `${name} ${formatCount(count)}`);
  return shown.join(", ") + (splits.length > MOST_SPLITS ? `, ${formatCount(splits.length - MOST_SPLITS)} more` : "");
}

function classesText(classes: DatasetReport["classes"]): string {
  if (classes === null) return "no labels";
  const count = formatCount(classes.count);
  if (classes.count === 1) return count;
  return classes.imbalance === 1
    ? `${count}, all of one size`
    : `${count}; the largest is ${formatFigure(classes.imbalance)} times the smallest`;
}

function imagesText({ named, checked, meanBytes, medianSide }: DatasetReport["images"]): string {
  if (checked === 0) return `${formatCount(named)} named, none looked at`;
  const looked = `${formatCount(checked)} of ${formatCount(named)} looked at`;
  if (meanBytes === null || medianSide === null) return `${looked}, none could be read`;
  return `${looked}; ${formatFigure(meanBytes / KB)} kB, ${formatCount(medianSide)} px on the shorter side`;
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULT_WORDS, code);
}

function Fact({ label, children }: { label: string; children: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted">{label}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}
