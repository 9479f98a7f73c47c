import { OPERATIONS } from "@/lib/engine/onnxruntime/operations/operations";
import { valuesModel } from "@/lib/engine/onnxruntime/values-model";
import { GraphBuilder } from "@/lib/graph/builder";
import { interpret } from "@/lib/graph/interpreter";
import type { Node, OpType, Value } from "@/lib/graph/ir";
import { BATCH, concreteShape } from "@/lib/graph/shape";
import { OP_CASES, type OpCase } from "../../graph/support/op-cases";
import { randomTensors } from "../../graph/support/random";
import { runModels } from "../../support/onnxruntime";

const SEED = 7;
const BATCH_SIZES = [1, 3];

/** float32 against float64, in numbers that are at most a few units large. */
const TOLERANCE = 2e-5;

/** Gradients of attention read what the forward pass left, which unrelated numbers would contradict. */
const FROM_FORWARD = "AttentionGrad";

interface Run {
  readonly op: OpType;
  readonly nodes: readonly Node[];
  readonly leaves: ReadonlyMap<Value, { readonly shape: readonly number[]; readonly data: Float64Array }>;
  readonly batchSize: number;
  readonly asked: readonly Value[];
}

const RUNS = Object.keys(OPERATIONS).flatMap((name) => {
  // Sound: these are the very names and cases of the table.
  const op = name as keyof typeof OPERATIONS;
  return (OP_CASES[op] as readonly OpCase<OpType>[])
    .filter(({ attributes }) => !("devices" in attributes && attributes.devices !== 1))
    .flatMap((opCase) => BATCH_SIZES.map((batchSize) => runOf(op, opCase, batchSize)));
});

function runOf(op: OpType, { inputs, attributes }: OpCase<OpType>, batchSize: number): Run {
  const g = new GraphBuilder();
  const random = randomTensors(SEED);
  const given = inputs.map(({ shape, numbers }, i) => {
    const value = g.input(`x${i}`, shape, typeof numbers === "object" ? "int64" : "float32");
    // What a ReLU gave is never negative.
    const drawn = op === "ReluGrad" && i === 0 && numbers === "real" ? "positive" : numbers;
    return [value, random(concreteShape(shape, batchSize), drawn)] as const;
  });
  const values = given.map(([value]) => value);
  if (op === FROM_FORWARD) {
    const forward = g.apply("Attention", values.slice(0, 3), { causal: "causal" in attributes && attributes.causal });
    values.splice(3, 2, ...forward.outputs);
  }
  const node = g.apply(op, values, attributes);
  return { op, nodes: g.nodes, leaves: new Map(given), batchSize, asked: askedOf(node) };
}

/** Attention keeps no log-sum-exp here, nor does batch normalization look up statistics in train mode only. */
function askedOf(node: Node): readonly Value[] {
  if (node.op === "Attention" || (node.op === "BatchNorm" && !node.attributes.training))
    return node.outputs.slice(0, 1);
  return node.outputs;
}

/** All cases of one batch size in one model: most of a run is the start of a session. */
const computed = new Map(
  BATCH_SIZES.map((batchSize) => {
    const runs = RUNS.filter((run) => run.batchSize === batchSize);
    const nodes = runs.flatMap((run) => run.nodes);
    const given = new Map(runs.flatMap(({ leaves }) => Array.from(leaves)));
    const { model, leaves, results } = valuesModel(
      nodes,
      batchSize,
      runs.flatMap(({ asked }) => asked),
    );
    const feeds = new Map(Array.from(leaves, ([leaf, input]) => [input, given.get(leaf)?.data ?? []]));
    const [outputs] = runModels([{ model, feeds }]);
    return [batchSize, { results, outputs }];
  }),
);

test.each(Object.keys(OPERATIONS))("%s computes what the reference does", (name) => {
  const differences = RUNS.flatMap(({ op, nodes, leaves, batchSize, asked }, run) => {
    if (op !== name) return [];
    const read = interpret(nodes, { batchSize, leaves });
    const { results, outputs } = resultsAt(batchSize);
    return asked.flatMap((value, output) => {
      const expected = read(value);
      const actual = outputs[results.get(value)?.name ?? ""];
      const error = expected.data.reduce((most, entry, at) => Math.max(most, Math.abs(entry - actual.data[at])), 0);
      const isSame = error <= TOLERANCE && `${expected.shape}` === `${actual.shape}`;
      return isSame ? [] : [{ run, output, error, shapes: [expected.shape, actual.shape] }];
    });
  });
  expect(differences).toEqual([]);
});

test.each(["AllGather", "ReduceScatter"] as const)("%s of several devices is refused", (op) => {
  const g = new GraphBuilder();
  const node = g.apply(op, [g.input("x", [4 * BATCH, 3], "float32")], { devices: 4 });
  expect(() => valuesModel(g.nodes, 2, node.outputs)).toThrow("this runtime computes on one device, not 4");
});

function resultsAt(batchSize: number) {
  const found = computed.get(batchSize);
  if (found === undefined) throw new RangeError(`nothing was computed at batch size ${batchSize}`);
  return found;
}
