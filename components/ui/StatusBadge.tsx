import { Calculator, CircleDashed, Ruler, UserRound } from "lucide-react";

/** How good a figure is: somebody measured it, it was reckoned, from what was measured on the card or not, nobody knows it, or the user said so. */
export type FigureStatus = "measured" | "calibrated" | "estimated" | "assumed" | "yours";

const ICONS = {
  measured: Ruler,
  calibrated: Ruler,
  estimated: Calculator,
  assumed: CircleDashed,
  yours: UserRound,
} as const;

/** In words first; the icon and the tone only help to find it again. */
export function StatusBadge({ status }: { status: FigureStatus }) {
  const Icon = ICONS[status];
  const tone = status === "assumed" ? "bg-tight-soft text-tight" : "bg-sunken text-muted";
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tone}`}
    >
      <Icon aria-hidden="true" className="size-3" />
      {status}
    </span>
  );
}
