import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

/** A figure in one line that opens to what it is made of. */
export function OpenRow({
  label,
  value,
  badge,
  children,
}: {
  label: ReactNode;
  value: ReactNode;
  badge?: ReactNode;
  children: ReactNode;
}) {
  return (
    <details className="group">
      <summary className="flex items-center gap-2.5 py-1.5 text-sm hover:bg-sunken">
        <ChevronRight
          aria-hidden="true"
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-0.5">
          {label}
          {badge}
        </span>
        <span className="text-right font-medium tabular-nums">{value}</span>
      </summary>
      <div className="mt-0.5 mb-3 ml-6 space-y-1 border-l border-line pl-4 text-sm text-muted">{children}</div>
    </details>
  );
}
