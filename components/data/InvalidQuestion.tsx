import { CircleHelp } from "lucide-react";
import type { Invalid } from "@/components/planner/answers";
import { type DataParameter, fieldOfPath, fieldText } from "./fields";
import { type DataTexts, inWordsOfForm } from "./question";

/** Every problem at once, with the way to each field. */
export function InvalidQuestion({
  invalid: { issues },
  texts,
  hasLast,
  onFix,
}: {
  invalid: Invalid;
  texts: DataTexts;
  hasLast: boolean;
  onFix: (name: DataParameter) => void;
}) {
  return (
    <section aria-labelledby="invalid-title" className="panel mb-4 border-tight p-4 sm:p-6">
      <h2 id="invalid-title" className="flex items-center gap-2.5 text-xl font-semibold tracking-tight">
        <CircleHelp aria-hidden="true" className="size-6 shrink-0 text-tight" />
        {issues.length === 1
          ? "One value keeps this from being answered"
          : `${issues.length} values keep this from being answered`}
      </h2>
      <ul className="mt-3 space-y-2 text-sm">
        {issues.map((issue) => {
          const name = fieldOfPath(issue.path);
          return (
            <li key={`${issue.path} ${issue.message}`} className="wrap-anywhere">
              {name === null ? (
                issue.message
              ) : (
                <>
                  <button type="button" className="link font-medium" onClick={() => onFix(name)}>
                    {fieldText(name).label}
                  </button>{" "}
                  {inWordsOfForm(issue, name, texts).message}
                </>
              )}
            </li>
          );
        })}
      </ul>
      <p className="mt-3 text-sm text-muted">
        {hasLast ? (
          "Below is the last answer, for the task as it was before."
        ) : (
          <>
            Correct it in the form, and the answer comes by itself; or{" "}
            <a className="link" href="/data">
              start over from an example
            </a>
            .
          </>
        )}
      </p>
    </section>
  );
}
