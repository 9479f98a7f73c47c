import { Ban, CircleCheck, CircleX, Clock, LoaderCircle, TriangleAlert, Unplug } from "lucide-react";
import { STANDING_WORDS, type Standing, type Tone } from "./words";

const ICONS = {
  queued: Clock,
  running: LoaderCircle,
  done: CircleCheck,
  cut_short: TriangleAlert,
  failed: CircleX,
  cancelled: Ban,
  interrupted: Unplug,
} as const satisfies Record<Standing, unknown>;

export const TONES = {
  fits: { text: "text-fits", soft: "bg-fits-soft" },
  tight: { text: "text-tight", soft: "bg-tight-soft" },
  over: { text: "text-over", soft: "bg-over-soft" },
  neutral: { text: "text-muted", soft: "bg-sunken" },
} as const satisfies Record<Tone, { readonly text: string; readonly soft: string }>;

/** How a check stands: word, icon and colour. */
export function StateBadge({ standing }: { standing: Standing }) {
  const { name, tone } = STANDING_WORDS[standing];
  const { text, soft } = TONES[tone];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${soft} ${text}`}
    >
      <StateIcon standing={standing} className="size-3.5" />
      {name}
    </span>
  );
}

export function StateIcon({ standing, className }: { standing: Standing; className: string }) {
  const Icon = ICONS[standing];
  return <Icon aria-hidden="true" className={`shrink-0 ${className}`} />;
}
