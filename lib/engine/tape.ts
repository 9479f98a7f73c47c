import type { Node, Value } from "../graph/ir";
import { coefficientOf, degreeOf, type Shape } from "../graph/shape";

/** What a tensor is physically stored as. */
export type PhysicalDtype = "float32" | "float16" | "bfloat16" | "int64" | "bool" | "uint8";

const BYTES = { float32: 4, float16: 2, bfloat16: 2, int64: 8, bool: 1, uint8: 1 } as const satisfies Record<
  PhysicalDtype,
  number
>;

export function bytesPerElement(dtype: PhysicalDtype): number {
  return BYTES[dtype];
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

/** One block of memory the step asks for: `coefficient · batch^degree` bytes, or what `sizeAt` says. */
export interface Storage {
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
  /** What it is, in the field's words: "output", "weight cast", "gradient of the input". */
  readonly what: string;
  /** The operation whose gradient needs it. */
  keptFor: Node | null;
  references: number;
}

/** A lowered step: the tape of every allocation and free, and the storages that outlive the step. */
export interface LoweredStep {
  readonly tape: Tape;
  /** Parameters and buffers. */
  readonly weights: readonly Storage[];
  readonly optimizerState: readonly Storage[];
  /** One for the thread of the forward pass, one for that of the backward pass. */
  readonly workspaces: readonly Storage[];
  readonly gradients: readonly Storage[];
  /** Copies of gradients that wait to be reduced over several devices. */
  readonly buckets: readonly Storage[];
  /** Forward and backward passes before each update. */
  readonly passesPerStep: number;
  /** Made in the forward pass and alive at its end. */
  readonly retained: readonly Storage[];
  /** What a value was stored as when it was made. */
  readonly dtypeOf: (value: Value) => PhysicalDtype;
  /** Autocast: matrix kernels in half precision among tensors in fp32. */
  readonly isMixed: boolean;
  /** What the optimizer's kernels read and write, and how many they are. */
  readonly update: { readonly bytesMoved: number; readonly kernelCount: number };
}

/** Which part of the step an event belongs to. */
export type Section = "setup" | "state" | "inputs" | "forward" | "backward" | "optimizer" | "end";

/**
 * The tape of one training step: every allocation and every free in order, sizes still open in the batch.
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
  readonly sections: { readonly section: Section; readonly from: number }[] = [];
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

  alloc(shape: Shape, dtype: PhysicalDtype, purpose: Purpose, what: string, place = ""): Storage {
    return this.record(coefficientOf(shape) * BYTES[dtype], degreeOf(shape), null, purpose, shape, dtype, what, place);
  }

  allocBytes(bytes: number, purpose: Purpose, what: string): Storage {
    return this.record(bytes, 0, null, purpose, [bytes], "uint8", what);
  }

  /** For buffers whose size depends on the batch in steps. */
  allocSized(sizeAt: (batchSize: number) => number, purpose: Purpose, what: string, kind: string): Storage {
    return this.record(0, 0, sizeAt, purpose, [], "uint8", what, kind);
  }

  private record(
    coefficient: number,
    degree: number,
    sizeAt: ((batchSize: number) => number) | null,
    purpose: Purpose,
    shape: Shape,
    dtype: PhysicalDtype,
    what: string,
    place = "",
  ): Storage {
    const storage: Storage = {
      id: this.storages.length,
      coefficient,
      degree,
      sizeAt,
      purpose,
      shape,
      dtype,
      node: this.operations[this.operation] ?? null,
      place,
      what,
      keptFor: null,
      references: 1,
    };
    this.storages.push(storage);
    this.events.push(storage.id + 1);
    this.eventOperation.push(this.operation);
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
    this.events.push(-(storage.id + 1));
    this.eventOperation.push(this.operation);
  }
}

/** Bytes a storage asks for at one batch size. */
export function requestedBytes(storage: Storage, batchSize: number): number {
  if (storage.sizeAt !== null) return storage.sizeAt(batchSize);
  if (storage.degree === 0) return storage.coefficient;
  return storage.degree === 1 ? storage.coefficient * batchSize : storage.coefficient * batchSize ** storage.degree;
}
