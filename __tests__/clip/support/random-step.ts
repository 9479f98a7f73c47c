import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { type Tensor, tensor } from "@/lib/graph/interpreter/tensor";
import type { Value } from "@/lib/graph/ir";
import { concreteShape } from "@/lib/graph/shape";
import type { TrainingGraph } from "@/lib/graph/training-graph";
import { type Numbers, randomTensors } from "../../graph/support/random";

/** A training step with a random number in every leaf. */
export interface RandomStep extends TrainingGraph {
  readonly leaves: ReadonlyMap<Value, Tensor>;
  readonly batchSize: number;
}

export function randomStep(
  architecture: ClipArchitecture,
  plan: TrainingStepPlan,
  batchSize: number,
  seed: number,
): RandomStep {
  const step = trainingStep(architecture, plan);
  const random = randomTensors(seed);
  const { parameters, buffers, inputs, nodes } = step.graph;
  const optimizerStates = nodes.flatMap((node) => node.inputs.filter((input) => input.role === "optimizer_state"));
  const leaves = new Map<Value, Tensor>();
  for (const leaf of [...parameters, ...buffers, ...inputs, ...optimizerStates]) {
    const shape = concreteShape(leaf.shape, batchSize);
    leaves.set(leaf, leaf === step.lossSeed ? tensor(shape, [1]) : random(shape, numbersOf(leaf, architecture, plan)));
  }
  return { ...step, leaves, batchSize };
}

function numbersOf(
  { name, shape, dtype }: Value,
  { text }: ClipArchitecture,
  { classCount }: TrainingStepPlan,
): Numbers {
  if (name.endsWith("running_var") || name.endsWith("exp_avg_sq")) return "positive";
  if (dtype !== "int64") return "real";
  if (name.endsWith("tokens")) return { below: text.vocabSize };
  if (name.endsWith("labels")) return { below: classCount };
  if (name.endsWith("position_ids")) return { below: shape[1] };
  if (name.endsWith("prompt_end")) return { below: text.contextLength };
  return { below: 1 };
}
