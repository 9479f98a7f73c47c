import { copiesOf, type Graph, type Node, type Scope, type Value } from "../../graph/ir";
import { coefficientOf } from "../../graph/shape";
import type { TrainingGraph } from "../../graph/training-graph";
import type { Sharding } from "../../plan/plan";
import { MIB } from "../../units";
import { accumulating } from "../accumulation";
import { bytesPerElement, type LoweredStep, type Storage, Tape } from "../tape";
import { inFull, unfold } from "../unfold";
import { runBackward } from "./backward";
import { cublasWorkspaceBytes } from "./card";
import { Context } from "./context";
import { keepOperands, runForward } from "./forward";
import { releasesAfter } from "./lifetimes";
import { loadModel, placeLeaf } from "./load-model";
import { createOptimizerState, runOptimizer, updateTraffic } from "./optimizer";
import type { Settings } from "./settings";
import { divideAmongDevices } from "./sharding";

/** Runs a training step through PyTorch's rules on paper. */
export function lowerStep(step: TrainingGraph, settings: Settings): LoweredStep {
  const { graph } = step;
  const tape = new Tape();
  const context = new Context(graph, tape, settings);
  collectGradients(context);
  for (const gradient of step.gradients.values()) markLasting(context, gradient);

  tape.begin("setup");
  const weights = loadModel(context);

  tape.begin("state");
  const optimizerState = createOptimizerState(tape, step.gradients, settings.optimizer);
  const workspaces = [0, 1].map(() =>
    tape.allocBytes(cublasWorkspaceBytes(settings.card), "runtime", "cuBLAS workspace"),
  );
  const buckets = settings.deviceCount > 1 ? gradientBuckets(tape, step.gradients, settings.sharding) : [];
  const gathered = settings.sharding === "zero3" && settings.deviceCount > 1 ? gatheredWeights(tape, graph) : [];

  tape.begin("inputs");
  const inputs = graph.inputs.filter((value) => value !== step.lossSeed);
  for (const value of inputs)
    placeLeaf(context, value, value.name === "images" ? "activations.image" : inputPurpose(value), "input");
  tape.begin("forward");
  const before = tape.storages.length;
  const wanted = valuesWithWantedGradients(graph.nodes);
  const backwardFrom = runForwardPass(context, graph.nodes, new Set([step.loss, ...wanted]));
  for (const storage of context.castWeights.values()) tape.release(storage);
  context.castWeights.clear();
  const retained = tape.storages.slice(before).filter((storage) => storage.references > 0);

  tape.begin("backward");
  const seed = tape.alloc([], "float32", "temporaries", "gradient of the loss");
  context.place(step.lossSeed, seed, "float32");
  const { next, unread } = runBackwardPass(context, graph.nodes, backwardFrom);

  tape.begin("optimizer");
  const gradients = [...step.gradients.values()].map((value) => context.storage(value));
  runOptimizer(tape, step.gradients, settings, graph.nodes[next] ?? null);

  tape.begin("end");
  for (const value of [...unread, ...wanted, step.loss]) context.drop(value);
  for (const value of inputs) context.drop(value);
  divideAmongDevices(tape, settings.sharding, settings.deviceCount, [...buckets, ...gathered]);
  const passesPerStep = settings.gradAccumulationSteps;
  const whole = unfold(tape);
  const madeGradients = whole.numbersOf(gradients);
  const { tape: laidOut, sums } =
    passesPerStep > 1 ? accumulating(whole.tape, madeGradients) : { tape: whole.tape, sums: [] };
  return {
    tape: laidOut,
    weights: whole.numbersOf(weights),
    optimizerState: whole.numbersOf(optimizerState),
    workspaces: whole.numbersOf(workspaces),
    gradients: madeGradients,
    gradientSums: sums,
    buckets: whole.numbersOf([...buckets, ...gathered]),
    passesPerStep,
    retained: whole.numbersOf(retained),
    dtypeOf: (value) => context.dtype(value),
    isMixed: context.lowPrecision !== null,
    update: updateTraffic([...step.gradients.keys()], settings),
  };
}

/** DistributedDataParallel's buckets. Source: PyTorch `DistributedDataParallel(bucket_cap_mb=25)`, first bucket 1 MiB. */
const BUCKET_BYTES = 25 * MIB;
const FIRST_BUCKET_BYTES = MIB;

/** Where gradients are divided, a bucket goes once it is reduced: one fills while another is under way. */
const BUCKETS_AT_ONCE = 2;

/** Gradients are copied into buckets, last parameter first, and reduced bucket by bucket. */
function gradientBuckets(tape: Tape, gradients: ReadonlyMap<Value, Value>, sharding: Sharding): Storage[] {
  const buckets: Storage[] = [];
  const most = sharding === "zero2" || sharding === "zero3" ? BUCKETS_AT_ONCE : Number.POSITIVE_INFINITY;
  let filled = 0;
  const close = () => {
    if (filled > 0 && buckets.length < most)
      buckets.push(tape.allocBytes(filled, "gradients", "bucket of gradients to reduce"));
    filled = 0;
  };
  for (const parameter of inFull([...gradients.keys()], ({ scope }) => scope.place).reverse()) {
    filled += coefficientOf(parameter.shape) * bytesPerElement(parameter.dtype);
    if (filled >= (buckets.length === 0 ? FIRST_BUCKET_BYTES : BUCKET_BYTES)) close();
  }
  close();
  return buckets;
}

/** A module's parameters are whole while it runs, and the next module's are fetched meanwhile. */
const MODULES_AT_ONCE = 2;

/** Buffers for the parameters of the largest modules, in the type they are stored in. */
function gatheredWeights(tape: Tape, graph: Graph): Storage[] {
  const byBlock = new Map<string, { readonly bytes: number; readonly copies: number }>();
  for (const { name, shape, dtype, scope } of graph.parameters) {
    const block = name.match(BLOCK)?.[0] ?? name.split(".")[0] ?? name;
    const { bytes } = byBlock.get(block) ?? { bytes: 0 };
    byBlock.set(block, {
      bytes: bytes + coefficientOf(shape) * bytesPerElement(dtype),
      copies: copiesOf(scope),
    });
  }
  const each = [...byBlock.values()].flatMap(({ bytes, copies }) => new Array<number>(copies).fill(bytes));
  const largest = each.sort((a, b) => b - a).slice(0, MODULES_AT_ONCE);
  return largest.map((bytes) => tape.allocBytes(bytes, "weights", "parameters gathered from all devices"));
}

/** A residual block: what FullyShardedDataParallel is told to wrap. */
const BLOCK = /^.*?\.\d+(?=\.)/;

function collectGradients(context: Context): void {
  for (const node of context.graph.nodes) {
    if (node.phase !== "backward" || node.of === null) continue;
    context.addGradient(node, node.of);
  }
}

/** A parameter's gradient, and what it is a view of, stay until the next step. */
function markLasting(context: Context, value: Value): void {
  context.markLasting(value);
  const { producer } = value;
  if (producer === null) return;
  if (producer.op === "Reshape" || producer.op === "Transpose") {
    const [source] = producer.inputs;
    if (source !== undefined) markLasting(context, source);
  }
  if (producer.op === "Accumulate")
    for (const part of producer.inputs) if (part === producer.inputs[0]) markLasting(context, part);
}

function inputPurpose(value: Value): "activations.text" | "loss" {
  return value.name.includes("tokens") ? "activations.text" : "loss";
}

/** @returns the index of the first node after the forward pass */
function runForwardPass(context: Context, nodes: readonly Node[], heldThroughTheStep: ReadonlySet<Value>): number {
  const rereads = readByRepetitions(nodes);
  const forward = nodes.slice(0, firstAfterForward(nodes));
  const releases = releasesAfter(context.graph, forward, context.returnsWeights);
  forward.forEach((node, i) => {
    runForward(context, node);
    for (const value of releases[i] ?? [])
      if (!heldThroughTheStep.has(value) && !rereads.has(value)) context.drop(value);
  });
  return forward.length;
}

/** Values that were made to want a gradient: leaves of autograd's graph, which holds them as long as the loss lives. */
function valuesWithWantedGradients(nodes: readonly Node[]): Value[] {
  return nodes
    .filter((node) => node.phase === "forward" && !node.inputs.some((input) => input.requiresGrad))
    .flatMap((node) => node.outputs.filter((output) => output.requiresGrad));
}

function firstAfterForward(nodes: readonly Node[]): number {
  const index = nodes.findIndex((node) => node.phase !== "forward");
  return index < 0 ? nodes.length : index;
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

interface BackwardEnd {
  /** The index of the first node after the backward pass. */
  readonly next: number;
  /** Gradients that lead no further: the values they belong to hold them until the loss goes. */
  readonly unread: readonly Value[];
}

function runBackwardPass(context: Context, nodes: readonly Node[], from: number): BackwardEnd {
  const lastRead = lastReads(context.graph.valueCount, nodes, from);
  const unread: Value[] = [];
  let region: Scope | null = null;
  let rerunFrom: readonly Value[] = [];
  let i = from;
  while (i < nodes.length) {
    const node = nodes[i];
    if (node === undefined || node.phase === "optimizer") break;
    if (node.phase === "recompute") {
      const to = endOfRepetition(nodes, i);
      const repetition = nodes.slice(i, to);
      runRepetition(context, repetition);
      region = checkpointOf(node);
      rerunFrom = [...readByRepetitions(repetition)];
      i = to;
      continue;
    }
    const group = groupAt(nodes, i);
    i += group.length;
    const end = i - 1;
    if (node.of !== null) {
      runBackward(context, node.of, group, (value) => !context.isLasting(value) && (lastRead[value.id] ?? end) <= end);
    }
    for (const member of group) {
      for (const value of member.outputs)
        if ((lastRead[value.id] ?? -1) < 0 && !context.isLasting(value)) unread.push(value);
    }
    // A checkpoint holds what its module is run again from until the module's gradients are done.
    if (region !== null && (nodes[i]?.phase === "optimizer" || checkpointOf(nodes[i]) !== region)) {
      for (const value of rerunFrom) context.drop(value);
      region = null;
      rerunFrom = [];
    }
  }
  return { next: i, unread };
}

/** The backward operations of one forward operation. */
function groupAt(nodes: readonly Node[], from: number): readonly Node[] {
  const of = nodes[from]?.of;
  let to = from;
  while (nodes[to]?.phase === "backward" && nodes[to]?.of === of) to++;
  return nodes.slice(from, to);
}

function endOfRepetition(nodes: readonly Node[], from: number): number {
  let to = from;
  while (nodes[to]?.phase === "recompute" && checkpointOf(nodes[to]) === checkpointOf(nodes[from])) to++;
  return to;
}

/** By value: the last node that reads it from here on; −1 for none. */
function lastReads(valueCount: number, nodes: readonly Node[], from: number): Int32Array {
  const last = new Int32Array(valueCount).fill(-1);
  for (let i = from; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === undefined || node.phase === "optimizer") break;
    for (const input of node.inputs) last[input.id] = i;
  }
  return last;
}

/**
 * Runs a checkpointed module again. Its results live until a later repetition has read them; what gradients read is
 * kept by then.
 */
function runRepetition(context: Context, repetition: readonly Node[]): void {
  const skipped = skippedRepetitions(context, repetition);
  const neededAfter = new Set(heldToTheEnd(context, repetition));
  const releases = releasesAfter(context.graph, repetition, context.returnsWeights);
  repetition.forEach((node, i) => {
    runForward(context, node);
    for (const value of releases[i] ?? []) if (!neededAfter.has(value)) context.drop(value);
  });
  for (const node of skipped) keepOperands(context, node);
  for (const value of neededAfter) context.drop(value);
  for (const storage of context.castWeights.values()) context.tape.release(storage);
  context.castWeights.clear();
}

/** Results that operations beyond the end of the repetition would read: Python still holds them for those. */
function heldToTheEnd(context: Context, repetition: readonly Node[]): Value[] {
  const repeated = new Set(repetition.map((node) => node.of));
  const region = checkpointOf(repetition[0]);
  const beyond = context.graph.nodes.filter(
    (node) => node.phase === "forward" && checkpointOf(node) === region && !repeated.has(node),
  );
  const wanted = new Set(beyond.flatMap((node) => node.inputs));
  return repetition.flatMap((node) => {
    const originals = node.of?.outputs ?? [];
    return node.outputs.filter((_, i) => originals[i] !== undefined && wanted.has(originals[i]));
  });
}

/** Operations of the same module that were not written again because nobody reads their results. */
function skippedRepetitions(context: Context, repetition: readonly Node[]): readonly Node[] {
  const run = new Set(repetition);
  const region = checkpointOf(repetition[0]);
  return context.differentiated.filter(
    (node) => node.phase === "recompute" && !run.has(node) && checkpointOf(node) === region,
  );
}

function checkpointOf(node: Node | undefined): Scope | null {
  let scope = node?.scope ?? null;
  while (scope !== null && !scope.checkpointed) scope = scope.parent;
  return scope;
}
