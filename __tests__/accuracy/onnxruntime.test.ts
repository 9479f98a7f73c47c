import {
  brokenRuntimeLimits,
  compareRuntimeRow,
  type RuntimeRow,
  readRuntimeRows,
} from "../../scripts/accuracy/onnxruntime";

const recorded = readRuntimeRows();
const rows = recorded.filter(({ provider }) => provider === "cpu");
const onCard = recorded.filter(({ provider }) => provider === "cuda");

test("the truth covers every strategy and both towers at three batch sizes each", () => {
  const batchesOf = new Map<string, Set<unknown>>();
  for (const { key, plan } of rows) {
    const name = key.replace(/-b\d+-fp\d+$/, "");
    batchesOf.set(name, (batchesOf.get(name) ?? new Set()).add(plan.perDeviceBatchSize));
  }
  expect(rows.length).toBeGreaterThanOrEqual(24);
  expect(Array.from(batchesOf.values(), ({ size }) => size).filter((size) => size < 3)).toEqual([]);
});

/** The large ones are compared by `npm run accuracy -- onnxruntime`. */
const small = rows.filter(({ key }) => key.startsWith("small"));

test("the peak of every small configuration is predicted to the byte", () => {
  const comparisons = small.map(compareRuntimeRow);
  const off = comparisons.filter(({ row, predicted }) => predicted.inUsePeakBytes !== row.memory.inUsePeakBytes);
  expect(off.map(({ row, error }) => `${row.key} ${error}`)).toEqual([]);
  expect(brokenRuntimeLimits(comparisons)).toEqual([]);
});

test("a prediction that is far off breaks the limits", () => {
  const row: RuntimeRow = { ...small[0], memory: { ...small[0].memory, inUsePeakBytes: 1000 } };
  expect(brokenRuntimeLimits([compareRuntimeRow(row)]).length).toBe(2);
});

test("on a card every kernel ran there, and the bytes asked for are predicted to the byte", () => {
  expect(onCard.length).toBeGreaterThanOrEqual(12);
  for (const { providers, nodes } of onCard) expect(providers).toEqual({ CUDAExecutionProvider: nodes });
  const comparisons = onCard.filter(({ nodes }) => nodes < 5000).map(compareRuntimeRow);
  const off = comparisons.filter(({ row, predicted }) => predicted.requestedBytes !== row.memory.requestedBytes);
  expect(off.map(({ row }) => row.key)).toEqual([]);
});
