import { FigureHead } from "@/components/ui/FigureHead";
import { formatCount } from "@/lib/format";

/** A figure as it was assumed, and as measurements have it. */
export interface BeforeAfter {
  readonly key: string;
  readonly label: string;
  /** What to know of it; absent where there is nothing to say. */
  readonly note?: string;
  readonly before: string;
  /** Null where it stays as assumed. */
  readonly after: string | null;
  /** How many measurements stand behind it; null for what is reckoned from the other rows. */
  readonly measurementCount: number | null;
}

/** Figures before measurements stood in for what is assumed, and after, with how many stand behind each. */
export function BeforeAfterTable({
  caption,
  label,
  rows,
}: {
  caption: string;
  /** Names what the rows are about. */
  label: { readonly name: string; readonly isSpokenOnly?: boolean };
  rows: readonly BeforeAfter[];
}) {
  return (
    <table className="mt-3 w-full text-sm">
      <caption className="sr-only">{caption}</caption>
      <FigureHead
        columns={[
          { ...label, kind: "label" },
          { name: "As assumed" },
          { name: "As measured" },
          { name: "Measurements", isWideOnly: true },
        ]}
      />
      <tbody className="divide-y divide-line">
        {rows.map(({ key, ...row }) => (
          <Row key={key} {...row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ label, note, before, after, measurementCount }: Omit<BeforeAfter, "key">) {
  return (
    <tr className="align-baseline">
      <th scope="row" className="py-1.5 text-left font-normal">
        <span className="inline-block first-letter:uppercase">{label}</span>
        {note !== undefined && <span className="block text-xs text-muted">{note}</span>}
        {measurementCount !== null && (
          <span className="block text-xs text-muted sm:hidden">
            {formatCount(measurementCount)} {measurementCount === 1 ? "measurement" : "measurements"}
          </span>
        )}
      </th>
      <td className="py-1.5 pl-3 text-right whitespace-nowrap text-muted tabular-nums">{before}</td>
      <td className="py-1.5 pl-3 text-right font-medium whitespace-nowrap tabular-nums">
        {after ?? <span className="font-normal text-muted">as assumed</span>}
      </td>
      <td className="py-1.5 pl-3 text-right tabular-nums max-sm:hidden">
        {measurementCount === null ? <span className="text-muted">from these</span> : formatCount(measurementCount)}
      </td>
    </tr>
  );
}
