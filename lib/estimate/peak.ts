import type { LoweredStep, Storage } from "../engine/tape";
import { concreteShape } from "../graph/shape";
import type { Replay } from "../readings/replay";
import { type CategoryAtPeak, MEMORY_CATEGORIES, MEMORY_CATEGORY_LABELS, type PeakTensors } from "./estimate";
import type { StepCourse } from "./timeline";

/** How many groups of tensors each category opens into. */
const LARGEST = 6;

/** What is alive when allocated memory is highest, by category, each opened into its largest groups of like tensors. */
export function categoriesAtPeak(step: LoweredStep, replay: Replay, course: StepCourse, batchSize: number): CategoryAtPeak[] {
  const alive = aliveAt(step, replay, course);
  return MEMORY_CATEGORIES.map((id) => {
    const own = [...alive].filter(([storage]) => storage.purpose === id);
    const bytes = own.reduce((sum, [, blockBytes]) => sum + blockBytes, 0);
    return {
      id,
      label: MEMORY_CATEGORY_LABELS[id],
      bytes,
      tensorCount: own.length,
      largest: groupsOf(own, batchSize),
    };
  });
}

/** Storages with the bytes of the blocks they lie in, at the peak. */
function aliveAt(step: LoweredStep, replay: Replay, course: StepCourse): ReadonlyMap<Storage, number> {
  const alive = new Map(replay.lasting);
  const { tape } = step;
  for (let i = course.from; i <= course.peak; i++) {
    const event = tape.events[i] ?? 0;
    const storage = tape.storages[Math.abs(event) - 1];
    if (storage === undefined) continue;
    if (event > 0) alive.set(storage, replay.deltas[i] ?? 0);
    else alive.delete(storage);
  }
  return alive;
}

function groupsOf(alive: readonly (readonly [Storage, number])[], batchSize: number): PeakTensors[] {
  const groups = new Map<string, { first: Storage; count: number; bytes: number }>();
  for (const [storage, bytes] of alive) {
    const key = `${storage.what}|${storage.node?.op ?? ""}|${placeOf(storage)}|${storage.shape.join()}|${storage.dtype}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: storage, count: 1, bytes });
    else {
      group.count++;
      group.bytes += bytes;
    }
  }
  return [...groups.values()]
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LARGEST)
    .map(({ first, count, bytes }) => ({
      label: first.what,
      scope: placeOf(first),
      operation: first.node?.op ?? "",
      shape: concreteShape(first.shape, batchSize),
      dtype: first.dtype,
      count,
      bytes,
      reason: reasonOf(first),
    }));
}

/** The module, with the number of the block left open so that like tensors of all blocks meet. */
function placeOf(storage: Storage): string {
  const path = storage.node?.scope.path ?? storage.place;
  return path.replace(/\bblock\.\d+/, "block.*");
}

function reasonOf(storage: Storage): string {
  switch (storage.purpose) {
    case "weights":
      return storage.what === "buffer" ? "a buffer of the model" : "a weight of the model, trained or not";
    case "gradients":
      return "stays until the next step clears gradients";
    case "optimizer":
      return "the optimizer keeps it between steps";
    case "runtime":
      return "cuBLAS keeps it from its first product on";
    default:
      if (storage.keptFor !== null) return `kept for the gradient of ${storage.keptFor.op}`;
      if (storage.what === "input") return "the batch itself";
      return storage.node === null ? "in use" : `in use while ${storage.node.op} runs`;
  }
}
