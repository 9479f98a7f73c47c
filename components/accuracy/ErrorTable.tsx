import { formatCount } from "@/lib/format";
import { errorText } from "./error-text";

/** Absolute relative errors of one quantity over a set of measured steps, as fractions. */
export interface ErrorFigures {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly worst: number;
}

export interface ErrorRow {
  readonly name: string;
  /** One line under the name. */
  readonly note?: string;
  readonly figures: ErrorFigures;
}

/** How far off each row is: steps compared, median, 95th percentile and worst. */
export function ErrorTable({ caption, head, rows }: { caption: string; head: string; rows: readonly ErrorRow[] }) {
  return (
    <table className="w-full table-fixed text-sm">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className="py-1.5 pr-3 text-left font-normal">
            {head}
          </th>
          <th scope="col" className="w-20 py-1.5 text-right font-normal max-sm:hidden">
            steps
          </th>
          {ERRORS.map((name) => (
            <th key={name} scope="col" className="w-[4.5rem] py-1.5 text-right font-normal sm:w-24">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, note, figures }) => (
          <tr key={name} className="border-t border-line align-baseline">
            <th scope="row" className="py-1.5 pr-3 text-left font-medium">
              {name}
              {note !== undefined && (
                <span className="block text-[0.8125rem] font-normal wrap-anywhere text-muted">{note}</span>
              )}
            </th>
            <td className="py-1.5 text-right text-muted max-sm:hidden">{formatCount(figures.count)}</td>
            {ERRORS.map((error) => (
              <td key={error} className="py-1.5 text-right whitespace-nowrap">
                {errorText(figures[error])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const ERRORS = ["median", "p95", "worst"] as const satisfies readonly (keyof ErrorFigures)[];
