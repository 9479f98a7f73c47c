import type { OptimizerSettings } from "../../graph/interpreter/optimizers";
import type { Node, Value } from "../../graph/ir";
import { concreteShape } from "../../graph/shape";
import type { TrainingGraph } from "../../graph/training-graph";
import type { OnnxModel, OnnxValue } from "../../onnx/model";
import { initialNumbers } from "./initial-numbers";
import { adamWNumbers, eachNumber, sgdNumbers, type Update, type Updated, writeAdamW, writeSgd } from "./optimizer";
import { layOutParameters, type ParameterLayout } from "./parameter-layout";
import { writeOperations } from "./write-operations";
import { elementCount, OnnxWriter } from "./writer";

export interface TrainingModelOptions {
  readonly batchSize: number;
  /** Steps written one after the other. */
  readonly stepCount: number;
  /** fp16: matrix products in float16 under autocast, with a loss scale. */
  readonly precision: "fp32" | "fp16";
  readonly optimizer: Omit<OptimizerSettings, "step">;
}

/**
 * The loss is multiplied by this in float16. PyTorch's GradScaler starts at 65,536, skips the steps that overflow and
 * halves; a few unrolled steps cannot skip, so they start where none overflows. Weights that were just drawn have large
 * gradients: those of a small ResNet overflow at 1,024, and at 128 no more.
 */
const LOSS_SCALE = 64;

/**
 * A whole training run of a few steps as one ONNX model that needs no file but itself: parameters and batches are
 * drawn while it runs. It has no inputs and gives the loss of every step.
 *
 * Two things are arranged so that memory holds what a framework's would. Every step waits until all parameters, frozen
 * ones too, and all optimizer state exist, and the end of the run reads them all once more. The update waits until
 * every gradient is there. Without either, this runtime would compute each tensor as late, and drop it as early, as it can.
 *
 * @throws {RangeError} when the graph is meant for several devices
 */
export function trainingModel(training: TrainingGraph, options: TrainingModelOptions): OnnxModel {
  const w = new OnnxWriter();
  const run = new TrainingRun(w, training, options);
  const losses: OnnxValue[] = [];
  for (let step = 1; step <= options.stepCount; step++) losses.push(run.writeStep(step));
  const output = w.add(w.concat(losses, 0), run.afterAll());
  return w.finish([], [output]);
}

class TrainingRun {
  private readonly leaves = new Map<Value, OnnxValue>();
  private readonly layout: ParameterLayout;
  /** What is updated, as it stands: the small parameters end to end first, then the large ones. */
  private weights: readonly OnnxValue[];
  private state: readonly (readonly OnnxValue[])[];
  /** [1] of 0, known once everything a step stands on exists. */
  private ready: OnnxValue;
  private readonly steps: readonly Node[];
  private readonly roots: ReadonlySet<Value>;

  constructor(
    private readonly w: OnnxWriter,
    private readonly training: TrainingGraph,
    private readonly options: TrainingModelOptions,
  ) {
    const { graph, gradients, lossSeed } = training;
    const { batchSize, precision } = options;
    this.steps = graph.nodes.filter(({ phase }) => phase !== "optimizer");
    this.layout = layOutParameters(graph.nodes, gradients);
    const draw = initialNumbers(w, graph);
    const isRead = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    for (const leaf of [...graph.parameters, ...graph.buffers, ...graph.inputs]) {
      // Counters of batches, which nothing computes with.
      if (leaf.dtype === "int64" && !isRead.has(leaf)) continue;
      const shape = concreteShape(leaf.shape, batchSize);
      const isSeed = leaf === lossSeed;
      this.leaves.set(leaf, isSeed ? w.scalar(precision === "fp16" ? LOSS_SCALE : 1) : draw(leaf, shape));
    }
    this.weights = this.layout.weights(w, (parameter) => this.leaf(parameter));
    this.state = this.weights.map((weight) =>
      Array.from({ length: this.layout.stateCount }, () => w.filled("float32", weight.shape, 0)),
    );
    this.roots = rootsOf(this.steps);
    this.ready = this.whenAllExist();
  }

  /** @returns the loss [1] */
  writeStep(step: number): OnnxValue {
    const { w, training, layout, options } = this;
    w.forgetDerived();
    const known = new Map(this.leaves);
    for (const [parameter, value] of layout.parameters(w, this.weights)) known.set(parameter, value);
    for (const root of this.roots) known.set(root, this.waitingFor(this.leafOf(known, root), this.ready));
    const wanted = new Set([training.loss, ...training.gradients.values()]);
    writeOperations(w, this.steps, known, {
      batchSize: options.batchSize,
      matrixType: options.precision === "fp16" ? "float16" : "float32",
      wanted,
    });
    const { gradients, whenAllComputed } = layout.gradients(w, (gradient) => this.leafOf(known, gradient));
    const updates = this.weights.map((weight, i): Update => {
      const [gradient, state] = [gradients[i], this.state[i]];
      if (gradient === undefined || state === undefined) throw new RangeError(`update ${i} has no gradient`);
      return { weight, gradient, state };
    });
    const updated = this.update(updates, step, whenAllComputed);
    this.weights = updated.map(({ weight }) => weight);
    this.state = updated.map(({ state }) => state);
    if (step < options.stepCount) this.ready = zeroAfter(w, this.weights);
    return w.reshape(w.cast(this.leafOf(known, training.loss), "float32"), [1]);
  }

  /** Every number waits: nothing is updated while a gradient is missing. */
  private update(updates: readonly Update[], step: number, whenAllComputed: OnnxValue): Updated[] {
    const { w, options, layout } = this;
    const lossScale = options.precision === "fp16" ? LOSS_SCALE : 1;
    const settings = { ...options.optimizer, step };
    const waiting = (number: number) => w.add(w.constant("float32", [1], [number]), whenAllComputed);
    if (layout.optimizer === "Sgd") return writeSgd(w, updates, eachNumber(sgdNumbers(settings, lossScale), waiting));
    return writeAdamW(w, updates, eachNumber(adamWNumbers(settings, lossScale), waiting));
  }

  /** [1] of 0 that has read every tensor that lasts. */
  afterAll(): OnnxValue {
    return this.whenAllExist();
  }

  private whenAllExist(): OnnxValue {
    const trained = new Set(this.training.gradients.keys());
    const frozen = [...this.training.graph.parameters, ...this.training.graph.buffers]
      .filter((leaf) => !trained.has(leaf) && leaf.dtype !== "int64")
      .map((leaf) => this.leaf(leaf));
    return zeroAfter(this.w, [...frozen, ...this.state.flat(), ...this.weights]);
  }

  private waitingFor(x: OnnxValue, after: OnnxValue): OnnxValue {
    const { w } = this;
    const zero = w.reshape(w.cast(after, x.type), []);
    return w.apply("Add", [x, zero], x.shape);
  }

  private leaf(value: Value): OnnxValue {
    return this.leafOf(this.leaves, value);
  }

  private leafOf(known: ReadonlyMap<Value, OnnxValue>, value: Value): OnnxValue {
    const found = known.get(value);
    if (found === undefined) throw new RangeError(`${value.scope.path}/${value.name} was neither given nor computed`);
    return found;
  }
}

/**
 * [1] of 0 that is known once all these tensors are: one element of each is read.
 *
 * This runtime starts with whatever was written last among the inputs of an operation, so the first of a list is
 * touched last.
 */
export function zeroAfter(w: OnnxWriter, values: readonly OnnxValue[]): OnnxValue {
  const touched = values.toReversed().map((value) => w.firstElement(value));
  return w.zeroAfter(w.concat(touched, 0));
}

/**
 * Where a step begins: of each forward operation that reads leaves alone, the input, or the smallest leaf where it reads
 * none. Once these wait, the whole step does.
 */
function rootsOf(nodes: readonly Node[]): ReadonlySet<Value> {
  const roots = new Set<Value>();
  for (const { phase, inputs } of nodes) {
    if (phase !== "forward" || inputs.length === 0 || inputs.some(({ producer }) => producer !== null)) continue;
    if (inputs.some((input) => roots.has(input))) continue;
    const given = inputs.find(({ role }) => role === "input");
    const bySize = inputs.toSorted((a, b) => elementCount(a.shape.map(Math.abs)) - elementCount(b.shape.map(Math.abs)));
    const root = given ?? bySize[0];
    if (root !== undefined) roots.add(root);
  }
  return roots;
}
