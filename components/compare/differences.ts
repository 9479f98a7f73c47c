/** What sets two plans apart, in words and figures. `a` is the first plan, and every difference is what `b` adds to it. */

import { usdText } from "@/components/answer/time-words";
import { type ShownField, shownFields } from "@/components/planner/shown-fields";
import { bytesText } from "@/components/ui/ByteUnit";
import type { Estimate, MemoryCategory, Verdict } from "@/lib/estimate/estimate";
import { MEMORY_CATEGORIES, MEMORY_CATEGORY_LABELS } from "@/lib/estimate/estimate";
import { type ByteUnit, formatBytes, formatPercent, formatRoughSeconds } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";

export interface FieldPair {
  readonly field: keyof Plan;
  readonly label: string;
  readonly a: string;
  readonly b: string;
  readonly differs: boolean;
}

/** Every field of both plans; those that differ are marked, not moved. */
export function fieldPairs(a: Plan, b: Plan): readonly FieldPair[] {
  const others = new Map(shownFields(b).map((shown: ShownField) => [shown.field, shown.value]));
  return shownFields(a).map(({ field, label, value }) => ({
    field,
    label,
    a: value,
    b: others.get(field) ?? "",
    differs: JSON.stringify(a[field]) !== JSON.stringify(b[field]),
  }));
}

export interface CategoryPair {
  readonly id: MemoryCategory | "outside";
  readonly label: string;
  readonly a: number;
  readonly b: number;
}

/** Bytes by category at each plan's own peak, and what lies outside the tensors; sums to the likely figure on the card. */
export function categoryPairs(a: Estimate, b: Estimate): readonly CategoryPair[] {
  const tensors = MEMORY_CATEGORIES.map((id) => ({
    id,
    label: MEMORY_CATEGORY_LABELS[id],
    a: bytesOf(a, id),
    b: bytesOf(b, id),
  }));
  const rest = { id: "outside" as const, label: "Cache, context and libraries", a: outside(a), b: outside(b) };
  return [...tensors, rest].filter((pair) => pair.a > 0 || pair.b > 0);
}

function bytesOf({ memory }: Estimate, id: MemoryCategory): number {
  return memory.atPeak.find((category) => category.id === id)?.bytes ?? 0;
}

function outside({ memory }: Estimate): number {
  const tensors = memory.atPeak.reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(0, memory.deviceBytes.likely - tensors);
}

/** One sentence that a manager understands: what B does otherwise than A. */
export function comparisonSentence(a: Estimate, b: Estimate, unit: ByteUnit): string {
  const parts = [verdictPart(a, b), memoryPart(a, b, unit), timePart(a, b), costPart(a, b)].filter(
    (part) => part !== null,
  );
  if (parts.length === 0) {
    return a.time === null
      ? "Both plans need the same memory, and neither has a time."
      : "Both plans need the same memory and time, at the same cost.";
  }
  const last = parts.at(-1) ?? "";
  return `B ${parts.length === 1 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`}.`;
}

/** Said where one plan rests on measurements and the other does not: part of what sets them apart may be just that. */
export function unlikeBasis(a: Estimate, b: Estimate): string | null {
  if ((a.calibration === undefined) === (b.calibration === undefined)) return null;
  const [measured, assumed] = a.calibration === undefined ? ["B", "A"] : ["A", "B"];
  const its = a.gpu.id === b.gpu.id ? "of the same card" : "of its own";
  return `${measured} rests on measurements of its card and ${assumed} on what is assumed ${its}: part of the difference may be that alone.`;
}

const VERDICT_PHRASES = {
  fits: "fits",
  tight: "fits tightly",
  does_not_fit: "does not fit",
} as const satisfies Record<Verdict, string>;

function verdictPart({ memory: a }: Estimate, { memory: b }: Estimate): string | null {
  if (a.verdict === b.verdict) return null;
  return `${VERDICT_PHRASES[b.verdict]} where A ${VERDICT_PHRASES[a.verdict]}`;
}

function memoryPart({ memory: a }: Estimate, { memory: b }: Estimate, unit: ByteUnit): string | null {
  const difference = b.deviceBytes.likely - a.deviceBytes.likely;
  if (Math.abs(difference) < WORTH_SAYING * a.deviceBytes.likely) return null;
  return `needs ${formatBytes(Math.abs(difference), unit)} ${difference > 0 ? "more" : "less"} on each GPU`;
}

function timePart({ time: a }: Estimate, { time: b }: Estimate): string | null {
  if (a === null || b === null)
    return a === b ? null : `has ${b === null ? "no" : "a"} time where A has ${a === null ? "none" : "one"}`;
  return secondsPhrase(b.totalSeconds.likely - a.totalSeconds.likely, a.totalSeconds.likely);
}

function secondsPhrase(difference: number, of: number): string | null {
  if (Math.abs(difference) < WORTH_SAYING * of) return null;
  return `takes ${formatRoughSeconds(Math.abs(difference))} ${difference > 0 ? "longer" : "less"}`;
}

function costPart({ cost: [a] }: Estimate, { cost: [b] }: Estimate): string | null {
  if (a === undefined || b === undefined) return null;
  const difference = b.usd.likely - a.usd.likely;
  if (difference === 0) return null;
  return `costs ${usdText(Math.abs(difference))} ${difference > 0 ? "more" : "less"}`;
}

/** Differences below this part of the figure are within rounding. */
const WORTH_SAYING = 0.005;

/** "+12 min (+8 %)", "−30 ms (−12 %)"; "the same" for no difference. */
export function secondsChange(a: number, b: number): string {
  return change(a, b, formatRoughSeconds(Math.abs(b - a)));
}

/** "+1.2 GiB (+5 %)"; figures that read alike are the same, and what is too little to show is told in words. */
export function bytesChange(a: number, b: number, unit: ByteUnit): string {
  if (bytesText(a, unit) === bytesText(b, unit)) return "the same";
  const size = bytesText(Math.abs(b - a), unit);
  if (size.startsWith("<")) return b > a ? "slightly more" : "slightly less";
  return change(a, b, size);
}

/** "+$0.02 (+40 %)". */
export function usdChange(a: number, b: number): string {
  return change(a, b, usdText(Math.abs(b - a)));
}

/** "+120 (+8 %)", of figures that are text already. A share that would read as all of it, or as many times it, is left out. */
export function change(a: number, b: number, size: string): string {
  if (a === b) return "the same";
  const sign = b > a ? "+" : "−";
  const share = Math.abs(b - a) / a;
  const isTelling = a > 0 && share < MOST_TELLING && (b === 0 || b > a || share < ALMOST_ALL);
  return isTelling ? `${sign}${size} (${sign}${formatPercent(share)})` : `${sign}${size}`;
}

const MOST_TELLING = 10;
const ALMOST_ALL = 0.995;
