import {
  brokenRuntimeLimits,
  compareRuntimeRow,
  RUNTIME_TRUTH,
  type RuntimeRow,
  readRuntimeRows,
} from "../../scripts/accuracy/onnxruntime";

const rows = readRuntimeRows(RUNTIME_TRUTH);

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
