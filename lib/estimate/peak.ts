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
  const places = new Places();
  const categories: Record<MemoryCategory, Category> = {
    weights: new Category(places),
    gradients: new Category(places),
    optimizer: new Category(places),
    "activations.image": new Category(places),
    "activations.text": new Category(places),
    loss: new Category(places),
    temporaries: new Category(places),
    runtime: new Category(places),
  };
  const { storages, storageOf } = step.tape;
  const isAlive = aliveAt(step, course);
  for (const block of replay.lasting) isAlive[block] = 1;
  // Blocks of one storage are alike but for what the allocator gave each.
  const [count, bytes] = [new Int32Array(storages.length), new Float64Array(storages.length)];
  for (let block = 0; block < isAlive.length; block++) {
    if (isAlive[block] !== 1) continue;
    const storage = storageOf[block] ?? 0;
    count[storage] = (count[storage] ?? 0) + 1;
    bytes[storage] = (bytes[storage] ?? 0) + (replay.blockBytes[block] ?? 0);
  }
  for (const storage of storages) {
    const alive = count[storage.id] ?? 0;
    if (alive > 0) categories[storage.purpose].add(storage, alive, bytes[storage.id] ?? 0);
  }
  return MEMORY_CATEGORIES.map((id) => {
    const { bytes, tensorCount } = categories[id];
    return { id, label: MEMORY_CATEGORY_LABELS[id], bytes, tensorCount, largest: categories[id].largest(batchSize) };
  });
}

/** By storage: 1 for what the step itself has made and not let go when most is allocated. */
function aliveAt({ tape }: LoweredStep, { from, peak }: StepCourse): Uint8Array {
  const isAlive = new Uint8Array(tape.storageOf.length);
  for (let i = from; i <= peak; i++) {
    const event = tape.events[i] ?? 0;
    isAlive[Math.abs(event) - 1] = event > 0 ? 1 : 0;
  }
  return isAlive;
}

interface Group {
  readonly first: Storage;
  readonly place: string;
  count: number;
  bytes: number;
}

/** The tensors of one category; like tensors of all blocks meet in one group. */
class Category {
  bytes = 0;
  tensorCount = 0;
  private readonly groups: Group[] = [];
  private readonly byPlace = new Map<string, Group[]>();

  constructor(private readonly places: Places) {}

  /** @param bytes of all `count` blocks */
  add(storage: Storage, count: number, bytes: number): void {
    this.bytes += bytes;
    this.tensorCount += count;
    const group = this.groupOf(storage);
    group.count += count;
    group.bytes += bytes;
  }

  largest(batchSize: number): PeakTensors[] {
    return this.groups
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

  private groupOf(storage: Storage): Group {
    const place = this.places.of(storage.node?.scope.path ?? storage.place);
    let neighbours = this.byPlace.get(place);
    if (neighbours === undefined) {
      neighbours = [];
      this.byPlace.set(place, neighbours);
    }
    for (const group of neighbours) if (isAlike(group.first, storage)) return group;
    const group = { first: storage, place, count: 0, bytes: 0 };
    neighbours.push(group);
    this.groups.push(group);
    return group;
  }
}

/** Where modules lie, with all blocks of a tower as one place. */
class Places {
  private readonly byPath = new Map<string, string>();

  of(path: string): string {
    let place = this.byPath.get(path);
    if (place === undefined) {
      place = path.replace(/\bblock\.\d+/, "block.*");
      this.byPath.set(path, place);
    }
    return place;
  }
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
