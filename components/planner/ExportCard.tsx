"use client";

import { useQuery } from "@tanstack/react-query";
import { Check, CircleHelp, Copy, Download } from "lucide-react";
import { type Ref, useState } from "react";
import { copyText } from "@/components/ui/copy-text";
import { downloadText } from "@/components/ui/download";
import type { ExportedText, ExportFormat, ExportRefusal } from "@/lib/export/exported";
import type { ExportAnswer, PlannerActions } from "./answers";
import { EXPORT_ORDER, EXPORT_TEXTS } from "./export-texts";
import type { PlanInput } from "./plan-input";

/** The plan as something to run or to keep. The text is asked for when its form is chosen, and follows the plan. */
export function ExportCard({
  input,
  calibration,
  isAnswered,
  exportPlan,
  ref,
}: {
  input: PlanInput;
  /** Measurements that the figures rest on; null where there are none. */
  calibration: string | null;
  /** Whether the plan in the form is one that was answered. */
  isAnswered: boolean;
  exportPlan: PlannerActions["export"];
  ref?: Ref<HTMLHeadingElement>;
}) {
  const [format, setFormat] = useState<ExportFormat | null>(null);
  const query = useQuery({
    queryKey: ["export", format, input, calibration],
    queryFn: () => (format === null ? null : exportPlan(input, format, calibration)),
    enabled: format !== null && isAnswered,
    // The last text of this form stays until the next is written.
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === format ? last : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <section aria-labelledby="export-title" className="panel p-4 sm:p-6">
      <h3 id="export-title" ref={ref} tabIndex={-1} className="text-lg font-semibold tracking-tight">
        Take it with you
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        {format === null ? "This plan as a command, a script, a task or a document." : EXPORT_TEXTS[format].help}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {EXPORT_ORDER.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === format}
            className={`button ${each === format ? "border-accent bg-accent-soft" : ""}`}
            onClick={() => setFormat(each === format ? null : each)}
          >
            {EXPORT_TEXTS[each].label}
          </button>
        ))}
      </div>
      <div aria-live="polite">
        {query.isLoading && <p className="mt-4 text-sm text-muted">Writing it…</p>}
        {query.isError && <Failure message="The server could not be reached." onRetry={() => void query.refetch()} />}
        {format !== null && query.data != null && (
          <Outcome answer={query.data} onInstead={setFormat} onRetry={() => void query.refetch()} />
        )}
      </div>
    </section>
  );
}

function Outcome({
  answer,
  onInstead,
  onRetry,
}: {
  answer: ExportAnswer;
  onInstead: (format: ExportFormat) => void;
  onRetry: () => void;
}) {
  switch (answer.kind) {
    case "export":
      return answer.exported.ok ? (
        <Text key={answer.exported.text} exported={answer.exported} />
      ) : (
        <NotInThisForm refusal={answer.exported} onInstead={onInstead} />
      );
    case "invalid":
      return <Failure message={answer.issues.map(({ message }) => message).join("; ")} onRetry={onRetry} />;
    case "failed":
      return <Failure message={answer.message} onRetry={onRetry} />;
  }
}

/** The text itself, what to know of it, and two ways to take it. */
function Text({ exported }: { exported: ExportedText }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const { fileName, mediaType, text, notes } = exported;
  return (
    <>
      {notes.length > 0 && (
        <ul className="mt-4 list-disc space-y-1 pl-5 text-sm">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <code className="mr-auto text-sm">{fileName}</code>
        <span className="text-sm text-muted">
          {copied === true && "Copied."}
          {copied === false && "This browser refuses to copy: select the text, or download it."}
        </span>
        <button type="button" className="button text-sm" onClick={() => void copyText(text).then(setCopied)}>
          {copied === true ? (
            <Check aria-hidden="true" className="size-4" />
          ) : (
            <Copy aria-hidden="true" className="size-4" />
          )}
          Copy
        </button>
        <button type="button" className="button text-sm" onClick={() => downloadText(fileName, mediaType, text)}>
          <Download aria-hidden="true" className="size-4" />
          Download
        </button>
      </div>
      <section
        aria-label={fileName}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
        tabIndex={0}
        className="mt-2 max-h-96 overflow-auto rounded-lg border border-line bg-sunken p-3.5"
      >
        <pre className="font-mono text-xs leading-relaxed">{text}</pre>
      </section>
    </>
  );
}

/** An honest no: every reason, and the form that can hold the plan. */
function NotInThisForm({
  refusal: { format, reasons, instead },
  onInstead,
}: {
  refusal: ExportRefusal;
  onInstead: (format: ExportFormat) => void;
}) {
  return (
    <div className="mt-4 rounded-lg border border-tight p-3.5">
      <p className="flex items-center gap-2 font-medium">
        <CircleHelp aria-hidden="true" className="size-5 shrink-0 text-tight" />
        This plan cannot be told as {EXPORT_TEXTS[format].label}
      </p>
      <ul className="mt-2 list-disc space-y-1 pl-6 text-sm">
        {reasons.map((reason) => (
          <li key={reason}>{reason}.</li>
        ))}
      </ul>
      {instead !== null && (
        <button type="button" className="button button-primary mt-3 text-sm" onClick={() => onInstead(instead)}>
          Take the {EXPORT_TEXTS[instead].label} instead
        </button>
      )}
    </div>
  );
}

function Failure({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <p className="mt-4 flex flex-wrap items-center gap-3 text-sm text-over">
      {message}
      <button type="button" className="button text-sm text-ink" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
