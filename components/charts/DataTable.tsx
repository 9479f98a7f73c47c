"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { downloadCsv, toCsv } from "./csv";

/** The figures behind a chart: as a table, drawn when it is opened, and as a file with exact figures. */
export function DataTable({
  caption,
  head,
  rows,
  show,
  fileName,
  exact = "exact bytes",
}: {
  caption: string;
  head: readonly string[];
  rows: () => readonly (readonly (string | number)[])[];
  /** How a figure of a column is shown; the file always has it exact. */
  show: (value: string | number, column: number) => string;
  fileName: string;
  /** What is exact in the file. */
  exact?: string;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="mt-3 text-sm" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="link w-fit">The same figures as a table</summary>
      {isOpen && (
        <>
          <section
            aria-label={caption}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
            tabIndex={0}
            className="mt-2 max-h-80 overflow-auto rounded-lg border border-line"
          >
            <table className="w-full border-collapse text-xs">
              <caption className="sr-only">{caption}</caption>
              <thead>
                <tr>
                  {head.map((name) => (
                    <th key={name} scope="col" className="sticky top-0 bg-sunken px-2.5 py-1.5 text-left font-medium">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows().map((row) => (
                  <tr key={row.join(" ")} className="border-t border-line">
                    {row.map((value, column) => (
                      <td key={head[column]} className="px-2.5 py-1 whitespace-nowrap">
                        {show(value, column)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <button
            type="button"
            className="button mt-2 text-sm"
            onClick={() => downloadCsv(fileName, toCsv(head, rows()))}
          >
            <Download aria-hidden="true" className="size-4" />
            Download CSV ({exact})
          </button>
        </>
      )}
    </details>
  );
}
