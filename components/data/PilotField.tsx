"use client";

import { ClipboardPaste, Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { Segments } from "@/components/ui/Choices";
import { DataField } from "./DataField";
import { useDataForm } from "./form-context";
import { emptyRow, type PilotRow, pastedPilot, pilotRows, pilotText } from "./pilot-text";
import { brokenRows } from "./question";

const CELLS = ["size", "accuracy", "repeats"] as const satisfies readonly (keyof PilotRow)[];

/** The user's own measurements, row by row or as text from a spreadsheet. */
export function PilotField() {
  const { texts, set, issuesOf } = useDataForm();
  const [isPasting, setIsPasting] = useState(false);
  const rows = pilotRows(texts.pilot);
  const shown = rows.length === 0 ? [emptyRow()] : rows;
  const broken = brokenRows(issuesOf("pilot"), texts);
  const isInImages = texts.unit === "images";
  const heads = {
    size: isInImages ? "Images" : "Per class",
    accuracy: "Accuracy, %",
    repeats: "Trainings",
  } as const;

  function change(next: readonly PilotRow[]) {
    set("pilot", pilotText(next));
  }

  return (
    <DataField name="pilot" labelElement="legend">
      {() => (
        <>
          <Segments
            name="pilot-unit"
            choices={[
              { value: "shots", label: "Images of each class" },
              { value: "images", label: "Images in all" },
            ]}
            value={isInImages ? "images" : "shots"}
            onChoose={(unit) => set("unit", unit === "images" ? "images" : undefined)}
          />
          <table className="mt-2 w-full border-collapse">
            <caption className="sr-only">Pilot, one row for each training</caption>
            <thead>
              <tr>
                {CELLS.map((cell) => (
                  <th key={cell} scope="col" className="pb-1 text-left text-[0.8125rem] font-normal text-muted">
                    {heads[cell]}
                  </th>
                ))}
                <th scope="col">
                  <span className="sr-only">Remove</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by their place alone
                <tr key={index}>
                  {CELLS.map((cell) => (
                    <td key={cell} className="pr-1.5 pb-1.5">
                      <input
                        type="text"
                        inputMode="decimal"
                        autoComplete="off"
                        className="control min-w-0 px-2 tabular-nums placeholder:text-muted"
                        aria-label={`${heads[cell]}, row ${index + 1}`}
                        aria-invalid={broken.get(index)?.has(cell) === true}
                        placeholder={cell === "repeats" ? "1" : ""}
                        value={row[cell]}
                        onChange={(event) =>
                          change(
                            shown.map((each, at) => (at === index ? { ...each, [cell]: event.target.value } : each)),
                          )
                        }
                      />
                    </td>
                  ))}
                  <td className="pb-1.5">
                    <button
                      type="button"
                      className="flex size-9 items-center justify-center rounded-md text-muted hover:bg-sunken"
                      aria-label={`Remove row ${index + 1}`}
                      disabled={rows.length === 0}
                      onClick={() => change(shown.filter((_, at) => at !== index))}
                    >
                      <X aria-hidden="true" className="size-4" />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="flex flex-wrap gap-2">
            <button type="button" className="button text-sm" onClick={() => change([...shown, emptyRow()])}>
              <Plus aria-hidden="true" className="size-4" />
              Add a row
            </button>
            <button
              type="button"
              className="button text-sm"
              aria-expanded={isPasting}
              onClick={() => setIsPasting(!isPasting)}
            >
              <ClipboardPaste aria-hidden="true" className="size-4" />
              Paste as text
            </button>
          </div>
          {isPasting && (
            <PasteBox
              onRows={(pasted) => {
                change(pasted);
                setIsPasting(false);
              }}
            />
          )}
        </>
      )}
    </DataField>
  );
}

function PasteBox({ onRows }: { onRows: (rows: readonly PilotRow[]) => void }) {
  const [text, setText] = useState("");
  const id = useId();
  const { rows, unread } = pastedPilot(text);
  return (
    <div className="mt-2">
      <label htmlFor={id} className="mb-1 block text-sm">
        A size and an accuracy on each line, and perhaps a number of trainings
      </label>
      <textarea
        id={id}
        rows={5}
        spellCheck={false}
        className="control font-mono text-sm placeholder:text-muted"
        placeholder={"2 71\n4 75\n8 79 3"}
        aria-describedby={`${id}-news`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={`${id}-news`} aria-live="polite" className="mt-1 text-[0.8125rem] text-muted wrap-anywhere">
        {text.trim() === ""
          ? "Percent or fractions, apart by spaces, tabs or commas."
          : `${rows.length} ${rows.length === 1 ? "row" : "rows"} read.`}
        {unread.length > 0 && ` Passed over: ${unread.map((line) => `“${line.slice(0, 40)}”`).join(", ")}`}
      </p>
      <button
        type="button"
        className="button button-primary mt-2 text-sm"
        disabled={rows.length === 0}
        onClick={() => onRows(rows)}
      >
        Use these rows
      </button>
    </div>
  );
}
