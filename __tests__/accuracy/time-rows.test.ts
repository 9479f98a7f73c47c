import { readFileSync } from "node:fs";
import { GPUS, resolveGpu } from "../../lib/catalogue/gpus";
import { resolveModel } from "../../lib/catalogue/models";
import { readTable } from "../../scripts/accuracy/table-cells";
import {
  parseLambdaRows,
  parsePublishedRuns,
  readTimeRows,
  TIME_FILES,
  type TimeRow,
} from "../../scripts/accuracy/time-rows";

const rows = readTimeRows();

/** The rule of truth/README.md: 32-bit FNV-1a of "time:" and the name, divisible by three. */
function isHeldOut(name: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`time:${name}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % 3 === 0;
}

function roleByRule({ gpuId, modelFamily, excluded }: TimeRow): string {
  if (gpuId === null || excluded !== null) return "check";
  const gpu = GPUS.find(({ id }) => id === gpuId);
  return isHeldOut(gpu?.chip ?? gpuId) || isHeldOut(modelFamily) ? "check" : "fit";
}

describe("the rates of the truth", () => {
  test("come from three files and have names of their own", () => {
    const counts = Object.keys(TIME_FILES).map((file) => rows.filter((row) => row.file === file).length);
    expect(counts).toEqual([72, 3265, 1600]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test("hold out whole chips and whole model families, by the documented hash", () => {
    expect(rows.filter((row) => row.role !== roleByRule(row)).map(({ id }) => id)).toEqual([]);
  });

  test("leave rows of every task but inference on both sides", () => {
    const sides = (task: TimeRow["task"]) => new Set(rows.filter((row) => row.task === task).map(({ role }) => role));
    for (const task of ["clip_train", "tower_train", "resnet50_train", "bert_squad_train"] as const) {
      expect(sides(task)).toEqual(new Set(["fit", "check"]));
    }
  });

  test("name cards and models that the catalogue has", () => {
    const ids = [...new Set(rows.flatMap(({ gpuId }) => (gpuId === null ? [] : [gpuId])))];
    expect(ids.filter((id) => !resolveGpu(id).ok)).toEqual([]);
    const models = [...new Set(rows.flatMap(({ clipModel }) => (clipModel === null ? [] : [clipModel])))];
    expect(models.filter((model) => !resolveModel(model, {}).ok)).toEqual([]);
  });

  test("state a step that is the batch divided by the rate, where the file has all three", () => {
    for (const row of rows) {
      if (row.file === "published-runs" || row.stepSeconds === null || row.perDeviceBatchSize === null) continue;
      const seconds = row.perDeviceBatchSize / row.samplesPerSecondPerGpu;
      // timm averages rates and seconds separately.
      expect(Math.abs(row.stepSeconds / seconds - 1)).toBeLessThan(0.025);
    }
  });

  test("lie inside the range that was published", () => {
    for (const {
      samplesPerSecondPerGpu: rate,
      samplesPerSecondPerGpuRange: [low, high],
    } of rows) {
      expect(low).toBeLessThanOrEqual(rate);
      expect(rate).toBeLessThanOrEqual(high);
    }
  });

  test("keep what must not be calibrated on out of the fit", () => {
    const excluded = rows.filter((row) => row.excluded !== null);
    expect(excluded.every(({ role }) => role === "check")).toBe(true);
    expect(excluded.filter(({ excluded }) => excluded === "outlier").map(({ id }) => id)).toEqual([
      "sl-b-16_2b_34b_lr-1e-3_bs-88k",
      "sl-l-14_80m_13b_lr-1e-3_bs-88k",
      "sl-b-32_80m_34b_lr-1e-3_bs-88k",
    ]);
    expect(rows.filter(({ gpuId }) => gpuId?.startsWith("tpu"))).toEqual([]);
  });
});

describe("the published runs", () => {
  const text = readFileSync(TIME_FILES["published-runs"], "utf8");
  const records = readTable("published-runs", text, ["id", "kind", "duplicateOf", "source", "memoryBytes", "excluded"]);

  test("are all there, each with its source", () => {
    expect(records).toHaveLength(184);
    expect(records.filter((record) => !record.text("source").startsWith("https://"))).toEqual([]);
    const kinds = ["throughput", "run", "memory", "out_of_memory"].map(
      (kind) => records.filter((record) => record.text("kind") === kind).length,
    );
    expect(kinds).toEqual([67, 40, 66, 11]);
  });

  test("name the record that a duplicate repeats", () => {
    const ids = new Set(records.map((record) => record.text("id")));
    const originals = records.map((record) => record.text("duplicateOf")).filter((id) => id !== "");
    expect(originals).toHaveLength(6);
    expect(originals.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("of an author's estimates and of TPUs are marked", () => {
    const marked = (reason: string) => records.filter((record) => record.text("excluded") === reason).length;
    expect([marked("author_estimate"), marked("tpu")]).toEqual([11, 9]);
  });

  test("with gradient caching give the batch of a forward pass", () => {
    const [row] = parsePublishedRuns(text).filter(({ conditions }) => conditions.includes("gradcache"));
    expect(row?.perDeviceBatchSize).toBe(128);
  });

  test("say what a publication leaves open", () => {
    const row = rows.find(({ id }) => id === "oc-laion400m-b32");
    expect(row?.missing).toEqual(["precision", "gradCheckpointing"]);
    expect(row?.precision).toBeNull();
    // 32 epochs of 407,332,082 pairs in 36 hours on 128 cards.
    expect(row?.samplesPerSecondPerGpu).toBeCloseTo(13_034_626_688 / (36 * 3600 * 128), 3);
  });
});

describe("the benchmark files", () => {
  test("call fp32 on a card with TF32 by its name", () => {
    const precisions = (gpuId: string) =>
      new Set(
        rows.filter((row) => row.file === "time-lambda" && row.gpuId === gpuId).map(({ precision }) => precision),
      );
    expect(precisions("a100-sxm4-40gb").has("fp32")).toBe(false);
    expect(precisions("v100-sxm2-16gb").has("tf32")).toBe(false);
  });

  test("give a BERT row its 384 tokens and a ResNet row its 224 pixels", () => {
    const bert = rows.find(({ task }) => task === "bert_squad_train");
    const resNet = rows.find(({ task }) => task === "resnet50_train");
    expect([bert?.contextLength, bert?.imageSize]).toEqual([384, null]);
    expect([resNet?.contextLength, resNet?.imageSize]).toEqual([null, 224]);
  });
});

describe("a damaged file of rates", () => {
  const sound = readFileSync(TIME_FILES["time-lambda"], "utf8").split("\n").slice(0, 2).join("\n");

  test("is refused with the columns it lacks", () => {
    expect(() => parseLambdaRows(sound.replace("stepSeconds", "seconds"))).toThrow("lacks the columns stepSeconds");
  });

  test("is refused with the cell that is wrong", () => {
    expect(() => parseLambdaRows(sound.replace(",amp,", ",half,"))).toThrow('time-lambda, line 2: precision is "half"');
    expect(() => parseLambdaRows(sound.replace(",check", ""))).toThrow("14 cells for 15 columns");
  });
});
