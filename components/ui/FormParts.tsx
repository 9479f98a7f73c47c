"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

/** Fields that belong together. */
export function FormSection({ children }: { children: ReactNode }) {
  return <div className="space-y-5 px-5 py-5">{children}</div>;
}

/** Fields that few change. Opens by itself when one of them is wrong, and stays open when it is right again. */
export function MoreFields({ title, isWrong, children }: { title: string; isWrong: boolean; children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  if (isWrong && !isOpen) setIsOpen(true);
  return (
    <details className="group" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="flex items-center gap-2 px-5 py-3.5 font-medium hover:bg-sunken">
        <ChevronRight aria-hidden="true" className="size-4 text-muted transition-transform group-open:rotate-90" />
        {title}
      </summary>
      <div className="space-y-5 px-5 pt-1 pb-5">{children}</div>
    </details>
  );
}
