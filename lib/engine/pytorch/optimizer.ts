import { copiesOf, type Node, type Value } from "../../graph/ir";
import { coefficientOf } from "../../graph/shape";
import type { Optimizer } from "../../plan/plan";
import { bytesPerElement, type Storage, type Tape } from "../tape";
import type { Settings } from "./settings";

/** bitsandbytes keeps one fp32 scale per 256 values, and small tensors in fp32. Source: arXiv:2110.02861 §2; its `min_8bit_size`. */
const BLOCK = 256;
const SMALLEST_8BIT = 4096;

/** What the optimizer keeps between steps, in the order in which it makes it. */
export function createOptimizerState(
  tape: Tape,
  gradients: ReadonlyMap<Value, Value>,
  optimizer: Optimizer,
): Storage[] {
  const states: Storage[] = [];
  for (const parameter of gradients.keys()) {
    const { scope } = parameter;
    const state = (what: string) => states.push(tape.alloc(parameter.shape, parameter.dtype, "optimizer", what, scope));
    if (optimizer === "sgd") {
      state("momentum");
    } else if (optimizer === "adamw_8bit") {
      states.push(...create8bitState(tape, parameter));
    } else {
      state("first moment");
      state("second moment");
      // The fused kernel counts steps on the device, one number per parameter.
      if (optimizer === "adamw_fused") states.push(tape.alloc([], "float32", "optimizer", "step count", scope));
    }
  }
  return states;
}

function create8bitState(tape: Tape, parameter: Value): Storage[] {
  const { scope } = parameter;
  const count = coefficientOf(parameter.shape);
  const moments = ["first moment", "second moment"];
  if (count < SMALLEST_8BIT) return moments.map((what) => tape.alloc([count], "float32", "optimizer", what, scope));
  const values = moments.map((what) => tape.alloc([count], "uint8", "optimizer", what, scope));
  const scales = moments.map((what) =>
    tape.alloc([Math.ceil(count / BLOCK)], "float32", "optimizer", `scales of the ${what}`, scope),
  );
  return [...values, ...scales];
}

/** AdamW over all parameters at once makes the square root of every second moment before it uses any. */
export function runOptimizer(
  tape: Tape,
  gradients: ReadonlyMap<Value, Value>,
  settings: Settings,
  first: Node | null,
): void {
  tape.during(first);
  if (settings.precision === "amp") tape.release(tape.alloc([], "float32", "temporaries", "inverse of the loss scale"));
  if (settings.optimizer !== "adamw") return;
  const roots: Storage[] = [];
  for (const parameter of gradients.keys())
    roots.push(
      tape.alloc(parameter.shape, parameter.dtype, "temporaries", "square root of the second moment", parameter.scope),
    );
  for (const storage of roots) tape.release(storage);
}

/**
 * How often an update goes through memory, in tensors of the parameter's size: foreach AdamW runs an operation at a
 * time over all parameters (decay 2, first moment 3, second moment 2 + 3, root 2, correction 2, epsilon 2, step 4), the
 * fused kernel reads four tensors and writes three, SGD decays its momentum, adds the gradient and steps.
 * Source: PyTorch `torch/optim/adamw.py` `_multi_tensor_adamw`, `torch/optim/sgd.py` `_multi_tensor_sgd`.
 */
const PASSES = {
  adamw: { tensors: 20, operations: 8 },
  adamw_fused: { tensors: 7, operations: 1 },
  adamw_8bit: { tensors: 3, operations: 1 },
  sgd: { tensors: 8, operations: 3 },
} as const satisfies Record<Optimizer, { tensors: number; operations: number }>;

/** Reads and writes of both 8-bit moments. */
const BYTES_8BIT_MOMENTS = 4;
/** Unscaling reads and writes every gradient. */
const UNSCALE = { tensors: 2, operations: 1 };
/** A foreach kernel takes up to 320 chunks of 65,536 values. Source: PyTorch `aten/src/ATen/native/cuda/MultiTensorApply.cuh`. */
const VALUES_PER_LAUNCH = 320 * 65_536;
const TENSORS_PER_LAUNCH = 36;

/** What the optimizer moves through memory, gradient unscaling included. */
export function updateTraffic(
  trained: readonly Value[],
  { optimizer, precision }: Pick<Settings, "optimizer" | "precision">,
): { bytesMoved: number; kernelCount: number } {
  const { tensors, operations } = PASSES[optimizer];
  const unscale = precision === "amp" ? UNSCALE : { tensors: 0, operations: 0 };
  let [bytesMoved, values, tensorCount] = [0, 0, 0];
  for (const { shape, dtype, scope } of trained) {
    const count = copiesOf(scope) * coefficientOf(shape);
    values += count;
    tensorCount += copiesOf(scope);
    bytesMoved += count * (tensors + unscale.tensors) * bytesPerElement(dtype);
    if (optimizer === "adamw_8bit") bytesMoved += count * BYTES_8BIT_MOMENTS;
  }
  const perOperation = Math.max(Math.ceil(values / VALUES_PER_LAUNCH), Math.ceil(tensorCount / TENSORS_PER_LAUNCH));
  const launches = optimizer === "adamw_8bit" ? tensorCount : operations * perOperation;
  return { bytesMoved, kernelCount: launches + unscale.operations * perOperation };
}
