import type { LoweredStep, Storage } from "../engine/tape";
import { concreteShape } from "../graph/shape";
import type { Replay } from "../readings/replay";
import {
  type CategoryAtPeak,
  MEMORY_CATEGORIES,
  MEMORY_CATEGORY_LABELS,
  type MemoryCategory,
  type PeakTensors,
} from "./estimate";
import type { StepCourse } from "./timeline";

/** How many groups of tensors each category opens into. */
const LARGEST = 6;

/** What is alive when allocated memory is highest, by category, each opened into its largest groups of like tensors. */
export function categoriesAtPeak(
  step: LoweredStep,
  replay: Replay,
  course: StepCourse,
  batchSize: number,
): CategoryAtPeak[] {
  const alive = aliveAt(step, replay, course);
  return MEMORY_CATEGORIES.map((id) => {
    const own = alive[id];
    let bytes = 0;
    for (const { blockBytes } of own) bytes += blockBytes;
    return {
      id,
      label: MEMORY_CATEGORY_LABELS[id],
      bytes,
      tensorCount: own.length,
      largest: groupsOf(own, batchSize),
    };
  });
}

interface Alive {
  readonly storage: Storage;
  readonly blockBytes: number;
}

/** Storages with the bytes of the blocks they lie in, at the peak. */
function aliveAt(step: LoweredStep, replay: Replay, course: StepCourse): Readonly<Record<MemoryCategory, Alive[]>> {
  const { events, storages } = step.tape;
  const isAlive = new Uint8Array(storages.length);
  for (let i = course.from; i <= course.peak; i++) {
    const event = events[i] ?? 0;
    isAlive[Math.abs(event) - 1] = event > 0 ? 1 : 0;
  }
  const alive: Record<MemoryCategory, Alive[]> = {
    weights: [],
    gradients: [],
    optimizer: [],
    "activations.image": [],
    "activations.text": [],
    loss: [],
    temporaries: [],
    runtime: [],
  };
  for (const [storage, blockBytes] of replay.lasting) alive[storage.purpose].push({ storage, blockBytes });
  for (const storage of storages) {
    if (isAlive[storage.id] === 1 && !replay.lasting.has(storage)) {
      alive[storage.purpose].push({ storage, blockBytes: replay.blockBytes(storage) });
    }
  }
  return alive;
}

interface Group {
  readonly first: Storage;
  readonly place: string;
  count: number;
  bytes: number;
}

/** Like tensors of all blocks meet in one group. */
function groupsOf(alive: readonly Alive[], batchSize: number): PeakTensors[] {
  const groups: Group[] = [];
  const byPlace = new Map<string, Group[]>();
  const places = new Map<string, string>();
  for (const { storage, blockBytes } of alive) {
    const path = storage.node?.scope.path ?? storage.place;
    let place = places.get(path);
    if (place === undefined) {
      place = path.replace(/\bblock\.\d+/, "block.*");
      places.set(path, place);
    }
    let own = byPlace.get(place);
    if (own === undefined) {
      own = [];
      byPlace.set(place, own);
    }
    let group = own.find(({ first }) => isAlike(first, storage));
    if (group === undefined) {
      group = { first: storage, place, count: 0, bytes: 0 };
      own.push(group);
      groups.push(group);
    }
    group.count++;
    group.bytes += blockBytes;
  }
  return groups
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LARGEST)
    .map(({ first, place, count, bytes }) => ({
      label: first.what,
      scope: place,
      operation: first.node?.op ?? "",
      shape: concreteShape(first.shape, batchSize),
      dtype: first.dtype,
      count,
      bytes,
      reason: reasonOf(first),
    }));
}

function isAlike(a: Storage, b: Storage): boolean {
  return a.what === b.what && a.coefficient === b.coefficient && a.dtype === b.dtype && a.node?.op === b.node?.op;
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
