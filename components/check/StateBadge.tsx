import { Ban, CircleCheck, CircleX, Clock, LoaderCircle, Unplug } from "lucide-react";
import type { ValidationStateKind } from "@/lib/profile/validation";
import { STATE_WORDS, type Tone } from "./words";

const ICONS = {
  queued: Clock,
  running: LoaderCircle,
  done: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
  interrupted: Unplug,
} as const satisfies Record<ValidationStateKind, unknown>;

export const TONES = {
  fits: { text: "text-fits", soft: "bg-fits-soft" },
  tight: { text: "text-tight", soft: "bg-tight-soft" },
  over: { text: "text-over", soft: "bg-over-soft" },
  neutral: { text: "text-muted", soft: "bg-sunken" },
} as const satisfies Record<Tone, { readonly text: string; readonly soft: string }>;

/** How a check stands: word, icon and colour. */
export function StateBadge({ kind }: { kind: ValidationStateKind }) {
  const { name, tone } = STATE_WORDS[kind];
  const { text, soft } = TONES[tone];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${soft} ${text}`}
    >
      <StateIcon kind={kind} className="size-3.5" />
      {name}
    </span>
  );
}

export function StateIcon({ kind, className }: { kind: ValidationStateKind; className: string }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden="true" className={`shrink-0 ${className}`} />;
}
