import type { TrainingStep } from "../../clip/training-step";
import type { Node, Value } from "../../graph/ir";
import { runBackward } from "./backward";
import { cublasWorkspaceBytes } from "./card";
import { Context } from "./context";
import { runForward } from "./forward";
import { releasesAfter } from "./lifetimes";
import { createOptimizerState, runOptimizer } from "./optimizer";
import type { Settings } from "./settings";
import { type Storage, Tape } from "./tape";

/** A lowered step: the tape of every allocation and free, and where its parts lie. */
export interface LoweredStep {
  readonly tape: Tape;
  readonly weights: readonly Storage[];
  readonly buffers: readonly Storage[];
  readonly optimizerState: readonly Storage[];
  readonly gradients: readonly Storage[];
  /** Alive when the forward pass ends and not before the step: what autograd keeps. */
  readonly retained: readonly Storage[];
}

/** Runs a training step through PyTorch's rules on paper. */
export function lowerStep(step: Pick<TrainingStep, "graph" | "gradients" | "lossSeed" | "loss">, settings: Settings): LoweredStep {
  const { graph } = step;
  const tape = new Tape();
  const context = new Context(graph, tape, settings);
  collectGradients(context);
  for (const gradient of step.gradients.values()) markLasting(context, gradient);

  tape.begin("setup");
  const weights = graph.parameters.map((value) => placeLeaf(context, value, "weights", "weight"));
  const buffers = graph.buffers.map((value) => placeLeaf(context, value, "weights", "buffer"));
  const optimizerState = createOptimizerState(tape, step.gradients, settings.optimizer);
  const handles = [0, 1].map(() => tape.allocBytes(cublasWorkspaceBytes(settings.card), "runtime", "cuBLAS workspace"));
  void handles;

  tape.begin("forward");
  const inputs = graph.inputs.filter((value) => value !== step.lossSeed);
  for (const value of inputs) placeLeaf(context, value, value.name === "images" ? "activations.image" : inputPurpose(value), "input");
  const before = tape.storages.length;
  const releases = releasesAfter(graph);
  const backwardFrom = runForwardPass(context, graph.nodes, releases, step.loss);
  for (const storage of context.castWeights.values()) tape.release(storage);
  context.castWeights.clear();
  const retained = tape.storages.slice(before).filter((storage) => storage.references > 0);

  tape.begin("backward");
  const seed = tape.alloc([], "float32", "temporaries", "gradient of the loss");
  context.place(step.lossSeed, seed, "float32");
  const optimizerFrom = runBackwardPass(context, graph.nodes, backwardFrom);
  context.drop(step.loss);

  tape.begin("optimizer");
  const gradients = [...step.gradients.values()].map((value) => context.storage(value));
  runOptimizer(tape, step.gradients, settings, graph.nodes[optimizerFrom] ?? null);

  tape.begin("end");
  for (const value of inputs) context.drop(value);
  return { tape, weights, buffers, optimizerState, gradients, retained };
}

function collectGradients(context: Context): void {
  for (const node of context.graph.nodes) {
    if (node.phase !== "backward" || node.of === null) continue;
    const group = context.gradientsOf.get(node.of);
    if (group === undefined) context.gradientsOf.set(node.of, [node]);
    else group.push(node);
  }
}

/** A parameter's gradient, and what it is a view of, stay until the next step. */
function markLasting(context: Context, value: Value): void {
  context.lastingGradients.add(value);
  const { producer } = value;
  if (producer === null) return;
  if (producer.op === "Reshape" || producer.op === "Transpose") {
    const [source] = producer.inputs;
    if (source !== undefined) markLasting(context, source);
  }
  if (producer.op === "Accumulate") for (const part of producer.inputs) if (part === producer.inputs[0]) markLasting(context, part);
}

function inputPurpose(value: Value): "activations.text" | "loss" {
  return value.name.includes("tokens") ? "activations.text" : "loss";
}

function placeLeaf(context: Context, value: Value, purpose: Storage["purpose"], what: string): Storage {
  const storage = context.tape.alloc(value.shape, value.dtype, purpose, what);
  context.place(value, storage, value.dtype);
  return storage;
}

/** @returns the index of the first node after the forward pass */
function runForwardPass(
  context: Context,
  nodes: readonly Node[],
  releases: ReadonlyMap<number, readonly Value[]>,
  loss: Value,
): number {
  const rereads = readByRepetitions(nodes);
  let i = 0;
  for (; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === undefined || node.phase !== "forward") break;
    runForward(context, node);
    for (const value of releases.get(i) ?? []) if (value !== loss && !rereads.has(value)) context.drop(value);
  }
  return i;
}

/** Values of the forward pass that checkpointed modules are run again from. */
function readByRepetitions(nodes: readonly Node[]): ReadonlySet<Value> {
  const read = new Set<Value>();
  for (const node of nodes) {
    if (node.phase !== "recompute") continue;
    for (const input of node.inputs) if (input.producer?.phase === "forward") read.add(input);
  }
  return read;
}

/** @returns the index of the first node after the backward pass */
function runBackwardPass(context: Context, nodes: readonly Node[], from: number): number {
  const lastRead = lastReads(nodes, from);
  let i = from;
  while (i < nodes.length) {
    const node = nodes[i];
    if (node === undefined || node.phase === "optimizer") break;
    if (node.phase === "recompute") {
      i = runRepetition(context, nodes, i, lastRead);
      continue;
    }
    const forward = node.of;
    const group: Node[] = [];
    while (i < nodes.length && nodes[i]?.of === forward && nodes[i]?.phase === "backward") {
      const member = nodes[i];
      if (member !== undefined) group.push(member);
      i++;
    }
    const end = i - 1;
    if (forward !== null) {
      const keepsForever = context.lastingGradients;
      runBackward(context, forward, group, (value) => !keepsForever.has(value) && (lastRead.get(value) ?? end) <= end);
    }
    releaseRead(context, group, end, lastRead);
  }
  return i;
}

/** The last node that reads each value from here on. */
function lastReads(nodes: readonly Node[], from: number): ReadonlyMap<Value, number> {
  const last = new Map<Value, number>();
  for (let i = from; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === undefined || node.phase === "optimizer") break;
    for (const input of node.inputs) last.set(input, i);
  }
  return last;
}

/** Runs a checkpointed module again; its results live until their gradients have read them. */
function runRepetition(context: Context, nodes: readonly Node[], from: number, lastRead: ReadonlyMap<Value, number>): number {
  let i = from;
  const results: Value[] = [];
  while (i < nodes.length && nodes[i]?.phase === "recompute") {
    const node = nodes[i];
    if (node === undefined) break;
    runForward(context, node);
    results.push(...node.outputs);
    for (const input of node.inputs) {
      if (input.producer?.phase === "recompute" && (lastRecomputeRead(nodes, input, from) ?? i) === i) context.drop(input);
    }
    i++;
  }
  for (const value of results) if (lastRecomputeRead(nodes, value, from) === null) context.drop(value);
  for (const storage of context.castWeights.values()) context.tape.release(storage);
  context.castWeights.clear();
  for (const value of readByRepetitions(nodes.slice(from, i))) {
    if ((lastRead.get(value) ?? i) < i) context.drop(value);
  }
  return i;
}

function lastRecomputeRead(nodes: readonly Node[], value: Value, from: number): number | null {
  let last: number | null = null;
  for (let i = from; i < nodes.length && nodes[i]?.phase === "recompute"; i++) if (nodes[i]?.inputs.includes(value) === true) last = i;
  return last;
}

/** Lets go of checkpoint inputs that the group was the last to read. */
function releaseRead(context: Context, group: readonly Node[], end: number, lastRead: ReadonlyMap<Value, number>): void {
  void context;
  void group;
  void end;
  void lastRead;
}
