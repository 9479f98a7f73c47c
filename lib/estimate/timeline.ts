import { type LoweredStep, PURPOSES, type Purpose } from "../engine/tape";
import type { Node } from "../graph/ir";
import type { Replay } from "../readings/replay";
import type { MemoryTimeline, StepPhase } from "./estimate";

/** Enough for a chart of any width a screen has. */
const SAMPLES = 200;

/** The step as it passes: which part each event belongs to, and where allocated memory is highest. */
export interface StepCourse {
  readonly from: number;
  readonly to: number;
  /** Index of the event after which most is allocated. */
  readonly peak: number;
  readonly peakPhase: StepPhase;
  /** Bytes of each purpose that outlive the step, in the order of `PURPOSES`. */
  readonly base: readonly number[];
}

export function courseOf(step: LoweredStep, replay: Replay): StepCourse {
  const { tape } = step;
  const from = tape.sections.find(({ section }) => section === "inputs")?.from ?? 0;
  const to = tape.events.length;
  const base = PURPOSES.map(() => 0);
  for (const [storage, bytes] of replay.lasting) {
    const index = PURPOSES.indexOf(storage.purpose);
    base[index] = (base[index] ?? 0) + bytes;
  }
  let now = base.reduce((sum, bytes) => sum + bytes, 0);
  let [most, peak] = [now, from];
  for (let i = from; i < to; i++) {
    now += replay.deltas[i] ?? 0;
    if (now > most) [most, peak] = [now, i];
  }
  return { from, to, peak, peakPhase: phaseAt(step, peak), base };
}

/** @param samples how many instants to keep; the highest of each stretch is kept, so no peak is lost. "whole" keeps all */
export function timelineOf(step: LoweredStep, replay: Replay, course: StepCourse, samples: "sampled" | "whole"): MemoryTimeline {
  const { tape } = step;
  const { from, to, peak } = course;
  const count = to - from;
  const stretch = samples === "whole" ? 1 : Math.max(1, count / SAMPLES);
  const columns = PURPOSES.map((): number[] => []);
  const events: number[] = [];
  const operations: string[] = [];
  const phases: { phase: StepPhase; from: number; to: number }[] = [];
  const now = [...course.base];
  let total = now.reduce((sum, bytes) => sum + bytes, 0);
  const best = { index: -1, total: -1, bytes: [...now] };
  let peakSample = 0;

  const keep = () => {
    if (best.index < 0) return;
    if (best.index === peak) peakSample = events.length;
    const phase = phaseAt(step, best.index);
    const last = phases.at(-1);
    if (last === undefined || last.phase !== phase) phases.push({ phase, from: events.length, to: events.length + 1 });
    else last.to = events.length + 1;
    events.push(best.index - from);
    operations.push(operationLabel(tape.operations[tape.eventOperation[best.index] ?? 0] ?? null));
    for (let c = 0; c < columns.length; c++) columns[c]?.push(best.bytes[c] ?? 0);
    best.index = -1;
    best.total = -1;
  };
  let boundary = from + stretch;
  for (let i = from; i < to; i++) {
    const delta = replay.deltas[i] ?? 0;
    const purpose = purposeOfEvent(step, i);
    now[purpose] = (now[purpose] ?? 0) + delta;
    total += delta;
    if (total > best.total) {
      best.index = i;
      best.total = total;
      for (let c = 0; c < now.length; c++) best.bytes[c] = now[c] ?? 0;
    }
    if (i + 1 >= boundary || i + 1 === to) {
      keep();
      boundary += stretch;
    }
  }
  const bytes = Object.fromEntries(PURPOSES.map((purpose, c) => [purpose, columns[c] ?? []]));
  return {
    eventCount: count,
    event: events,
    operation: operations,
    bytes: bytes as Record<Purpose, number[]>, // one entry per purpose, by construction
    phases,
    peak: peakSample,
  };
}

const PURPOSE_INDEX = Object.fromEntries(PURPOSES.map((purpose, i) => [purpose, i]));

function purposeOfEvent(step: LoweredStep, index: number): number {
  const storage = step.tape.storages[Math.abs(step.tape.events[index] ?? 0) - 1];
  return storage === undefined ? 0 : (PURPOSE_INDEX[storage.purpose] ?? 0);
}

function operationLabel(node: Node | null): string {
  if (node === null) return "";
  return node.scope.path === "" ? node.op : `${node.op} · ${node.scope.path}`;
}

/** Which part of the step an event belongs to: by the section of the tape and the tower of the operation. */
export function phaseAt(step: LoweredStep, index: number): StepPhase {
  const { tape } = step;
  let section = "forward";
  for (const part of tape.sections) if (part.from <= index) section = part.section;
  if (section === "optimizer" || section === "end") return "optimizer";
  const node = tape.operations[tape.eventOperation[index] ?? 0] ?? null;
  const path = node?.scope.path ?? "";
  const tower = path.startsWith("visual") ? "image" : path.startsWith("text") ? "text" : null;
  if (section === "backward") return tower === null ? "backward.loss" : `backward.${tower}`;
  if (tower === null && node === null) return "forward.image";
  return tower === null ? "loss" : `forward.${tower}`;
}
