export interface FigureColumn {
  readonly name: string;
  /** `label`: what a row is about, on the left; figures stand on the right. */
  readonly kind?: "label" | "figure";
  /** Said to screen readers alone, where the column needs no name to be understood. */
  readonly isSpokenOnly?: boolean;
  /** Whether it gives way on a narrow screen. */
  readonly isWideOnly?: boolean;
}

/** The head of a table of figures. */
export function FigureHead({ columns }: { columns: readonly FigureColumn[] }) {
  return (
    <thead className="text-muted">
      <tr>
        {columns.map(({ name, kind = "figure", isSpokenOnly = false, isWideOnly = false }) => (
          <th
            key={name}
            scope="col"
            className={`py-1.5 font-normal ${kind === "label" ? "text-left" : "pl-3 text-right"} ${isWideOnly ? "max-sm:hidden" : ""}`}
          >
            {isSpokenOnly ? <span className="sr-only">{name}</span> : name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
