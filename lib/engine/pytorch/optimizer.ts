import type { Node, Value } from "../../graph/ir";
import { coefficientOf } from "../../graph/shape";
import type { Optimizer } from "../../plan/plan";
import type { Storage, Tape } from "../tape";
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
    const state = (what: string) => states.push(tape.alloc(parameter.shape, parameter.dtype, "optimizer", what));
    if (optimizer === "sgd") {
      state("momentum");
    } else if (optimizer === "adamw_8bit") {
      states.push(...create8bitState(tape, parameter));
    } else {
      state("first moment");
      state("second moment");
      // The fused kernel counts steps on the device, one number per parameter.
      if (optimizer === "adamw_fused") states.push(tape.alloc([], "float32", "optimizer", "step count"));
    }
  }
  return states;
}

function create8bitState(tape: Tape, parameter: Value): Storage[] {
  const count = coefficientOf(parameter.shape);
  const moments = ["first moment", "second moment"];
  if (count < SMALLEST_8BIT) return moments.map((what) => tape.alloc([count], "float32", "optimizer", what));
  const values = moments.map((what) => tape.alloc([count], "uint8", "optimizer", what));
  const scales = moments.map((what) =>
    tape.alloc([Math.ceil(count / BLOCK)], "float32", "optimizer", `scales of the ${what}`),
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
    roots.push(tape.alloc(parameter.shape, parameter.dtype, "temporaries", "square root of the second moment"));
  for (const storage of roots) tape.release(storage);
}
