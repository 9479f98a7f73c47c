import { type LoweredStep, PURPOSES, type Purpose, type WholeTape } from "../engine/tape";
import type { Scope } from "../graph/ir";
import type { Replay } from "../readings/replay";
import type { MemoryTimeline, StepPhase } from "./estimate";

/** Enough for a chart of any width a screen has. */
const SAMPLES = 200;

const INDEX_OF_PURPOSE: ReadonlyMap<Purpose, number> = new Map(PURPOSES.map((purpose, index) => [purpose, index]));

/** The step as it passes: which part each event belongs to, and where allocated memory is highest. */
export interface StepCourse {
  readonly from: number;
  readonly to: number;
  /** Index of the event after which most is allocated. */
  readonly peak: number;
  readonly peakPhase: StepPhase;
  /** Bytes of each purpose that outlive the step, in the order of `PURPOSES`. */
  readonly base: readonly number[];
  /** By storage: the index of its purpose in `PURPOSES`. */
  readonly purposeOf: Uint8Array;
}

export function courseOf(step: LoweredStep, replay: Replay): StepCourse {
  const { tape } = step;
  const from = tape.sections.find(({ section }) => section === "inputs")?.from ?? 0;
  const to = tape.events.length;
  const purposeOf = new Uint8Array(tape.storages.length);
  for (const { id, purpose } of tape.storages) purposeOf[id] = INDEX_OF_PURPOSE.get(purpose) ?? 0;
  const base = PURPOSES.map(() => 0);
  for (const block of replay.lasting) {
    const index = purposeOf[tape.storageOf[block] ?? 0] ?? 0;
    base[index] = (base[index] ?? 0) + (replay.blockBytes[block] ?? 0);
  }
  let now = base.reduce((sum, bytes) => sum + bytes, 0);
  let [most, peak] = [now, from];
  for (let i = from; i < to; i++) {
    now += replay.deltas[i] ?? 0;
    if (now > most) [most, peak] = [now, i];
  }
  return { from, to, peak, peakPhase: phaseAt(step, peak), base, purposeOf };
}

/** @param samples how many instants to keep; the highest of each stretch is kept, so no peak is lost. "whole" keeps all */
export function timelineOf(
  step: LoweredStep,
  replay: Replay,
  course: StepCourse,
  samples: "sampled" | "whole",
): MemoryTimeline {
  const { tape } = step;
  const { from, to, peak, purposeOf } = course;
  const instants = highestOfEachStretch(replay, course, samples === "whole" ? 1 : (to - from) / SAMPLES);
  const columns = PURPOSES.map(() => new Array<number>(instants.length));
  const operations = new Array<string>(instants.length);
  const phases: { phase: StepPhase; from: number; to: number }[] = [];
  const now = Float64Array.from(course.base);
  let next = from;
  for (let sample = 0; sample < instants.length; sample++) {
    const instant = instants[sample] ?? from;
    for (; next <= instant; next++) {
      const purpose = purposeOf[tape.storageOf[Math.abs(tape.events[next] ?? 0) - 1] ?? 0] ?? 0;
      now[purpose] = (now[purpose] ?? 0) + (replay.deltas[next] ?? 0);
    }
    columns.forEach((column, purpose) => {
      // Above 2⁶² bytes sums of granules are rounded, and what is left when all went may lie below nothing.
      column[sample] = Math.max(0, now[purpose] ?? 0);
    });
    operations[sample] = operationLabel(tape, instant);
    const phase = phaseAt(step, instant);
    const last = phases.at(-1);
    if (last === undefined || last.phase !== phase) phases.push({ phase, from: sample, to: sample + 1 });
    else last.to = sample + 1;
  }
  const bytes = Object.fromEntries(PURPOSES.map((purpose, c) => [purpose, columns[c] ?? []]));
  return {
    eventCount: to - from,
    event: instants.map((instant) => instant - from),
    operation: operations,
    bytes: bytes as Record<Purpose, number[]>, // one entry per purpose, by construction
    phases,
    peak: Math.max(0, instants.indexOf(peak)),
  };
}

/** One event of each stretch of the step: the one after which most is allocated. */
function highestOfEachStretch(replay: Replay, { from, to, base }: StepCourse, length: number): number[] {
  const instants: number[] = [];
  let total = base.reduce((sum, bytes) => sum + bytes, 0);
  let [best, most] = [from, -1];
  let boundary = from + length;
  for (let i = from; i < to; i++) {
    total += replay.deltas[i] ?? 0;
    if (total > most) {
      best = i;
      most = total;
    }
    if (i + 1 >= boundary || i + 1 === to) {
      instants.push(best);
      most = -1;
      boundary += length;
    }
  }
  return instants;
}

/** Such as `Linear · visual.block.7.mlp.fc1`. */
function operationLabel(tape: WholeTape, event: number): string {
  const node = tape.operations[tape.eventOperation[event] ?? 0] ?? null;
  if (node === null) return "";
  const { path } = node.scope;
  return path === "" ? node.op : `${node.op} · ${pathOfCopy(node.scope, tape.eventCopy[event] ?? 0)}`;
}

/** A path names the first of the modules it was written for; others of the row carry their own number. */
function pathOfCopy({ path, place }: Scope, copy: number): string {
  if (place === null || copy === 0) return path;
  const first = `.${place.index}`;
  const at = path.indexOf(first, place.row.path.length);
  return `${path.slice(0, at)}.${place.index + copy}${path.slice(at + first.length)}`;
}

/** Which part of the step an event belongs to: by the section of the tape and the tower of the operation. */
export function phaseAt(step: LoweredStep, index: number): StepPhase {
  const { tape } = step;
  let section = "forward";
  for (const part of tape.sections) if (part.from <= index) section = part.section;
  if (section === "optimizer" || section === "end") return "optimizer";
  const node = tape.operations[tape.eventOperation[index] ?? 0] ?? null;
  const path = node?.scope.path ?? "";
  const isBackward = section === "backward";
  if (path.startsWith("visual")) return isBackward ? "backward.image" : "forward.image";
  if (path.startsWith("text")) return isBackward ? "backward.text" : "forward.text";
  if (isBackward) return "backward.loss";
  return node === null ? "forward.image" : "loss";
}
