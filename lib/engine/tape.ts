import type { Node, RowPlace, Scope, Value } from "../graph/ir";
import { coefficientOf, degreeOf, type Shape } from "../graph/shape";

/** What a tensor is physically stored as. */
export type PhysicalDtype = "float32" | "float16" | "bfloat16" | "int64" | "bool" | "uint8";

export function bytesPerElement(dtype: PhysicalDtype): 1 | 2 | 4 | 8 {
  switch (dtype) {
    case "float32":
      return 4;
    case "float16":
    case "bfloat16":
      return 2;
    case "int64":
      return 8;
    case "bool":
    case "uint8":
      return 1;
  }
}

/** What a block of memory is for; the order is that of `MEMORY_CATEGORIES`. */
export const PURPOSES = [
  "weights",
  "gradients",
  "optimizer",
  "activations.image",
  "activations.text",
  "loss",
  "temporaries",
  "runtime",
] as const;

export type Purpose = (typeof PURPOSES)[number];

/**
 * One block of memory the step asks for: `coefficient · batch^degree` bytes, or what `sizeAt` says. What was written once
 * for a row of like modules stands for one block of each.
 */
export interface Storage {
  /** Its index among the storages of the tape. */
  readonly id: number;
  /** Smaller than the shape says where devices divide a tensor among themselves. */
  coefficient: number;
  readonly degree: number;
  readonly sizeAt: ((batchSize: number) => number) | null;
  readonly purpose: Purpose;
  readonly shape: Shape;
  readonly dtype: PhysicalDtype;
  /** The operation that asked for it; null for what outlives the step. */
  readonly node: Node | null;
  /** The module it belongs to when no operation asked for it; for sizes in steps, what they have in common. */
  readonly place: string;
  /** The place in a row of like modules that it was made in, or belongs to. */
  readonly rowPlace: RowPlace | null;
  /** It belongs to a module, and goes with that module's turn whatever operation runs. */
  readonly isOwned: boolean;
  /** What it is, in the field's words: "output", "weight cast", "gradient of the input". */
  readonly what: string;
  /** The operation whose gradient needs it. */
  keptFor: Node | null;
  references: number;
}

/** A lowered step: the tape of every allocation and free, and, by number, the blocks of memory that outlive the step. */
export interface LoweredStep {
  readonly tape: WholeTape;
  /** Parameters and buffers. */
  readonly weights: readonly number[];
  readonly optimizerState: readonly number[];
  /** One for the thread of the forward pass, one for that of the backward pass. */
  readonly workspaces: readonly number[];
  readonly gradients: readonly number[];
  /** Where several passes add up their gradients, one block for each of `gradients`; none in a step of one pass. */
  readonly gradientSums: readonly number[];
  /** Copies of gradients that wait to be reduced over several devices. */
  readonly buckets: readonly number[];
  /** Forward and backward passes before each update. */
  readonly passesPerStep: number;
  /** Made in the forward pass and alive at its end. */
  readonly retained: readonly number[];
  /** What a value was stored as when it was made. */
  readonly dtypeOf: (value: Value) => PhysicalDtype;
  /** Autocast: matrix kernels in half precision among tensors in fp32. */
  readonly isMixed: boolean;
  /** What the optimizer's kernels read and write, and how many they are. */
  readonly update: { readonly bytesMoved: number; readonly kernelCount: number };
}

/** Which part of the step an event belongs to. */
export type Section = "setup" | "state" | "inputs" | "forward" | "backward" | "optimizer" | "end";

/** Where a section of a step begins, among its events. */
export interface SectionStart {
  readonly section: Section;
  readonly from: number;
}

/**
 * Every allocation and every free of one training step in order, sizes still open in the batch: what a tape recorded once
 * for a row of like modules stands here as often as there are modules. Blocks of memory are numbered in the order in
 * which they are first asked for.
 */
export interface WholeTape {
  /** What was recorded: blocks of like modules share one. */
  readonly storages: readonly Storage[];
  /** By number of a block: its index in `storages`. */
  readonly storageOf: Int32Array;
  /** number + 1 for an allocation, −(number + 1) for a free. */
  readonly events: Int32Array;
  /** The operation during which each event happens; index into `operations`. */
  readonly eventOperation: Int32Array;
  readonly operations: readonly (Node | null)[];
  /** By event: how many modules after the first of those that its operation was written for; 0 where it was written for one. */
  readonly eventCopy: Int32Array;
  readonly sections: readonly SectionStart[];
}

/**
 * The recording of one training step: every allocation and every free in order, sizes still open in the batch.
 *
 * Storages are counted references, as in PyTorch: a free is recorded when the last holder lets go.
 */
export class Tape {
  readonly storages: Storage[] = [];
  /** id + 1 for an allocation, −(id + 1) for a free. */
  readonly events: number[] = [];
  /** The operation during which each event happens; index into `operations`. */
  readonly eventOperation: number[] = [];
  readonly operations: (Node | null)[] = [null];
  /** Whose turn it is at each event, in a row of like modules. */
  readonly eventPlace: (RowPlace | null)[] = [];
  readonly sections: SectionStart[] = [];
  private operation = 0;

  begin(section: Section): void {
    this.sections.push({ section, from: this.events.length });
    this.operation = 0;
  }

  /** Events that follow belong to this operation. */
  during(node: Node | null): void {
    if (node === null) {
      this.operation = 0;
      return;
    }
    this.operation = this.operations.length;
    this.operations.push(node);
  }

  /** @param owner the module it belongs to, for what no operation asks for */
  alloc(
    shape: Shape,
    dtype: PhysicalDtype,
    purpose: Purpose,
    what: string,
    owner: Scope | null = null,
    place = "",
  ): Storage {
    const coefficient = coefficientOf(shape) * bytesPerElement(dtype);
    return this.record(coefficient, degreeOf(shape), null, purpose, shape, dtype, what, place, owner);
  }

  allocBytes(bytes: number, purpose: Purpose, what: string): Storage {
    return this.record(bytes, 0, null, purpose, [bytes], "uint8", what, "", null);
  }

  /** For buffers whose size depends on the batch in steps. */
  allocSized(sizeAt: (batchSize: number) => number, purpose: Purpose, what: string, kind: string): Storage {
    return this.record(0, 0, sizeAt, purpose, [], "uint8", what, kind, null);
  }

  private record(
    coefficient: number,
    degree: number,
    sizeAt: ((batchSize: number) => number) | null,
    purpose: Purpose,
    shape: Shape,
    dtype: PhysicalDtype,
    what: string,
    place: string,
    owner: Scope | null,
  ): Storage {
    const node = this.operations[this.operation] ?? null;
    const storage: Storage = {
      id: this.storages.length,
      coefficient,
      degree,
      sizeAt,
      purpose,
      shape,
      dtype,
      node,
      place,
      rowPlace: owner === null ? (node?.scope.place ?? null) : owner.place,
      isOwned: owner !== null,
      what,
      keptFor: null,
      references: 1,
    };
    this.storages.push(storage);
    this.note(storage, storage.id + 1);
    return storage;
  }

  retain(storage: Storage): Storage {
    storage.references++;
    return storage;
  }

  release(storage: Storage): void {
    storage.references--;
    if (storage.references > 0) return;
    if (storage.references < 0)
      throw new Error(`${storage.what} of ${storage.node?.op ?? "the step"} was released twice`);
    this.note(storage, -(storage.id + 1));
  }

  private note(storage: Storage, event: number): void {
    this.events.push(event);
    this.eventOperation.push(this.operation);
    const running = this.operations[this.operation] ?? null;
    this.eventPlace.push(storage.isOwned ? storage.rowPlace : (running?.scope.place ?? storage.rowPlace));
  }
}

/** Blocks that are there when a step begins and stay through it. */
export function lastingBlocks({ weights, optimizerState, workspaces, buckets, gradientSums }: LoweredStep): number[] {
  return [...weights, ...optimizerState, ...workspaces, ...buckets, ...gradientSums];
}

/** What was recorded of a block. */
export function storageAt({ storages, storageOf }: WholeTape, block: number): Storage {
  const storage = storages[storageOf[block] ?? -1];
  if (storage === undefined) throw new RangeError(`the tape has no block ${block}`);
  return storage;
}

/** Bytes a storage asks for at one batch size. */
export function requestedBytes(storage: Storage, batchSize: number): number {
  if (storage.sizeAt !== null) return storage.sizeAt(batchSize);
  if (storage.degree === 0) return storage.coefficient;
  return storage.degree === 1 ? storage.coefficient * batchSize : storage.coefficient * batchSize ** storage.degree;
}
