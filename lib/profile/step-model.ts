import { trainingStep } from "../clip/training-step";
import { type PredictedMemory, predictMemory } from "../engine/onnxruntime/predict-memory";
import { type ModelLoad, modelLoad } from "../engine/onnxruntime/step-load";
import { type TrainingModelOptions, trainingModel } from "../engine/onnxruntime/training-model";
import type { TrainingGraph } from "../graph/training-graph";
import { encodeModel } from "../onnx/encode";
import type { OnnxModel } from "../onnx/model";
import type { ParsedPlan } from "../plan/parse-plan";
import { efficienciesOn } from "./assumed-rates";
import { matrixPrecision } from "./runnable-plan";
import type { Device } from "./validation";

/** Neither time nor memory depends on them. */
const OPTIMIZER: TrainingModelOptions["optimizer"] = {
  learningRate: 1e-5,
  weightDecay: 0.1,
  betas: [0.9, 0.98],
  epsilon: 1e-6,
  momentum: 0.9,
};

/** The graph of a plan's step. One serves every batch size. */
export function stepGraph({ architecture, plan }: Pick<ParsedPlan, "architecture" | "plan">): TrainingGraph {
  return trainingStep(architecture, plan);
}

/** A few steps of it as a model that runs. */
export function stepModel(
  graph: TrainingGraph,
  options: Pick<TrainingModelOptions, "batchSize" | "stepCount" | "precision">,
): OnnxModel {
  return trainingModel(graph, { ...options, optimizer: OPTIMIZER });
}

/** What a model is expected to take, and what it asks of a machine. */
export interface ExpectedModel {
  readonly nodeCount: number;
  readonly memory: PredictedMemory;
  readonly load: ModelLoad;
}

/** A model ready to run. */
export interface PreparedModel extends ExpectedModel {
  /** Of the file. */
  readonly bytes: Uint8Array;
}

interface HowItRuns {
  readonly batchSize: number;
  readonly stepCount: number;
  readonly device: Device;
  readonly threadCount: number;
}

/** @throws {RangeError} for a plan that `judgeRunnable` refuses */
export function prepareModel(
  graph: TrainingGraph,
  plan: Pick<ParsedPlan["plan"], "precision">,
  how: HowItRuns,
): PreparedModel {
  const model = stepModel(graph, { ...how, precision: matrixPrecision(plan) });
  return { ...expectationOf(model, how), bytes: encodeModel(model) };
}

/** What a model is expected to take, for when it does not run: no file is written. */
export function expectedModel(
  graph: TrainingGraph,
  plan: Pick<ParsedPlan["plan"], "precision">,
  how: HowItRuns,
): ExpectedModel {
  return expectationOf(stepModel(graph, { ...how, precision: matrixPrecision(plan) }), how);
}

function expectationOf(model: OnnxModel, { device, threadCount }: HowItRuns): ExpectedModel {
  return {
    nodeCount: model.nodes.length,
    memory: predictMemory(model, device, threadCount),
    load: modelLoad(model, efficienciesOn(device)),
  };
}
