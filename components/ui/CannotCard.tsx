import { CircleHelp } from "lucide-react";
import type { ReactNode } from "react";

/** An honest no: what cannot be answered or run as it stands, with the reasons and the way out as its content. */
export function CannotCard({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="panel border-tight p-4 sm:p-6">
      <h2 id={id} className="flex items-start gap-2.5 text-xl leading-snug font-semibold tracking-tight">
        <CircleHelp aria-hidden="true" className="mt-0.5 size-6 shrink-0 text-tight" />
        {title}
      </h2>
      {children}
    </section>
  );
}
