import type { ReactNode } from "react";
import { OpenRow } from "@/components/ui/OpenRow";
import type { FigureStatus } from "@/components/ui/StatusBadge";
import { StatusBadge } from "@/components/ui/StatusBadge";
import type { Term } from "@/lib/estimate/term";
import { formatFigure } from "@/lib/format";
import { Source } from "./Source";

/** A figure that opens to the product it is, factor by factor. */
export function TermRow({
  label,
  value,
  status,
  term,
  children,
}: {
  label: string;
  value: string;
  status: FigureStatus;
  term: Term | null;
  children?: ReactNode;
}) {
  return (
    <OpenRow label={label} value={value} badge={<StatusBadge status={status} />}>
      {term !== null && (
        <ul>
          {term.factors.map((factor, index) => (
            <li key={factor.name}>
              {index === 0 ? "" : "× "}
              {formatFigure(factor.value)} {factor.unit === "" ? "" : factor.unit} – {factor.name}
              {factor.source !== undefined && (
                <span className="block pl-3 text-xs">
                  <Source id={factor.source} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {children}
    </OpenRow>
  );
}
