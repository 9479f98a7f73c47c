"use client";

import { SlidersHorizontal, X } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent } from "react";

/** Holds the form: beside the answer where there is room, else as a sheet that opens from below over it. */
export function PlanSheet({
  isOpen,
  onOpen,
  label = "Change the plan",
  children,
}: {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  /** What the button that opens the sheet says. */
  label?: string;
  children: ReactNode;
}) {
  useEscape(isOpen, () => onOpen(false));
  return (
    <>
      <aside
        id="plan-sheet"
        aria-label="Your plan"
        className={`panel overflow-y-auto overscroll-contain lg:sticky lg:top-4 lg:max-h-[calc(100dvh-2rem)] max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-30 max-lg:max-h-[66dvh] max-lg:rounded-b-none max-lg:pb-16 max-lg:shadow-[0_-8px_30px_rgb(0_0_0/0.18)] max-lg:transition-[translate,visibility] ${isOpen ? "" : "max-lg:invisible max-lg:translate-y-full"}`}
      >
        {children}
      </aside>
      <div className="fixed inset-x-0 bottom-0 z-40 border-t border-line bg-panel p-2.5 lg:hidden">
        <button
          type="button"
          className="button button-primary w-full"
          aria-expanded={isOpen}
          aria-controls="plan-sheet"
          onClick={() => onOpen(!isOpen)}
        >
          {isOpen ? (
            <X aria-hidden="true" className="size-4" />
          ) : (
            <SlidersHorizontal aria-hidden="true" className="size-4" />
          )}
          {isOpen ? "Close the plan" : label}
        </button>
      </div>
    </>
  );
}

/** Calls back on Escape, wherever the focus is. A list that is open takes the key for itself first. */
function useEscape(isActive: boolean, onEscape: () => void) {
  const callback = useEffectEvent(onEscape);
  useEffect(() => {
    if (!isActive) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && callback();
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isActive]);
}
