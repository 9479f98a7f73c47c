import { percent } from "@/components/charts/scale";
import { formatCount, formatPercent } from "@/lib/format";

/** Of the steps that exceed a card, how many were said to fit. */
export interface MissedRow {
  readonly name: string;
  readonly isOurs: boolean;
  readonly exceedingCount: number;
  /** As a fraction of `exceedingCount`. */
  readonly missed: number;
}

/** The mistake that costs a rented GPU: "fits", and then it does not. */
export function MissedBars({ rows }: { rows: readonly MissedRow[] }) {
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">Steps that exceed a card but were said to fit</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Said to fit although they do not</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, isOurs, exceedingCount, missed }) => (
          <tr key={name} className="align-middle">
            <th
              scope="row"
              className={`w-2/5 py-1.5 pr-4 text-left sm:w-1/4 ${isOurs ? "font-semibold" : "font-normal"}`}
            >
              {name}
            </th>
            <td className="py-1.5">
              <div className="flex items-center gap-3">
                <div aria-hidden="true" className="h-4 flex-1 rounded-sm bg-sunken">
                  <div
                    className={`h-full rounded-sm ${isOurs ? "bg-accent" : "bg-edge"}`}
                    style={{ width: percent(missed) }}
                  />
                </div>
                <span className="w-28 text-right whitespace-nowrap">
                  {missed === 0 ? "none" : formatPercent(missed)}{" "}
                  <span className="text-muted">of {formatCount(exceedingCount)}</span>
                </span>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
