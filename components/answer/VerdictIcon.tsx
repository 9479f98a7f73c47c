import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import type { Verdict } from "@/lib/estimate/estimate";
import { VERDICT_WORDS } from "./words";

const ICONS = { fits: CircleCheck, tight: TriangleAlert, does_not_fit: CircleX } as const;

export const VERDICT_TONES = {
  fits: { text: "text-fits", soft: "bg-fits-soft", color: "var(--fits)" },
  tight: { text: "text-tight", soft: "bg-tight-soft", color: "var(--tight)" },
  does_not_fit: { text: "text-over", soft: "bg-over-soft", color: "var(--over)" },
} as const satisfies Record<Verdict, { text: string; soft: string; color: string }>;

export function VerdictIcon({ verdict, className }: { verdict: Verdict; className: string }) {
  const Icon = ICONS[verdict];
  return <Icon aria-hidden="true" className={`shrink-0 ${VERDICT_TONES[verdict].text} ${className}`} />;
}

/** The verdict of one row: word, icon and colour. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const tone = VERDICT_TONES[verdict];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tone.soft} ${tone.text}`}
    >
      <VerdictIcon verdict={verdict} className="size-3.5" />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}
