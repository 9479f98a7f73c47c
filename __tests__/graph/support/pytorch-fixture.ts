import { readFileSync } from "node:fs";
import path from "node:path";
import type { OptimizerSettings } from "@/lib/graph/interpreter/optimizers";
import { type Tensor, tensor } from "@/lib/graph/interpreter/tensor";
import type { OpAttributes, OpType } from "@/lib/graph/ir";
import { type Numbers, randomTensors } from "./random";

interface Numbered {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface PyTorchFixture {
  readonly origin: string;
  readonly tokens: readonly (readonly number[])[];
  readonly operations: readonly {
    readonly title: string;
    readonly op: OpType;
    readonly attributes: OpAttributes[OpType];
    readonly inputs: readonly (Numbered & { readonly takesGradient: boolean })[];
    readonly output: Numbered;
    /** The gradients are those of the sum of output ⊙ weights. */
    readonly weights: Numbered;
    readonly gradients: readonly (Numbered | null)[];
  }[];
  readonly updates: readonly {
    readonly op: "AdamW" | "Sgd";
    readonly settings: Omit<OptimizerSettings, "step">;
    readonly before: Numbered;
    readonly gradients: readonly Numbered[];
    readonly after: Numbered;
  }[];
  readonly models: readonly {
    readonly title: string;
    readonly loss: number;
    readonly imageFeatures: Numbered;
    readonly textFeatures: Numbered;
    /** By PyTorch's name of the parameter: gradient · direction. */
    readonly gradients: Readonly<Record<string, number>>;
  }[];
}

const FILE = path.join(__dirname, "../../fixtures/pytorch.json");

// A parse boundary: the file is written by scripts/fixtures/pytorch.py and kept beside these tests.
export const PYTORCH = JSON.parse(readFileSync(FILE, "utf8")) as PyTorchFixture;

export function tensorOf({ shape, data }: Numbered): Tensor {
  return tensor(shape, data);
}

/** The numbers that the fixture's program gave to a parameter of this name (FNV-1a of the name seeds the generator). */
export function drawn(name: string, shape: readonly number[], numbers: Numbers = "real"): Tensor {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return randomTensors(seed)(shape, numbers);
}

/** Entries of two tensors that differ by more than float64 rounding explains. */
export function farApart(actual: Tensor, expected: Tensor, tolerance: number) {
  if (actual.data.length !== expected.data.length) return [{ actual: actual.shape, expected: expected.shape }];
  return Array.from(actual.data, (value, entry) => ({ entry, actual: value, expected: expected.data[entry] })).filter(
    (pair) => !(Math.abs(pair.actual - pair.expected) <= tolerance * Math.max(1, Math.abs(pair.expected))),
  );
}
