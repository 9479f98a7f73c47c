import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { changesAction, estimateAction, exportAction, recommendAction, savePlanAction } from "@/app/actions";
import { POST } from "@/app/api/v1/estimates/route";
import { POST as POST_RECOMMENDATION } from "@/app/api/v1/recommendations/route";
import { EXAMPLE_PLAN } from "@/lib/api/operations";
import { EXPORT_FORMATS } from "@/lib/export/exported";
import { closeDatabases } from "@/lib/store/database";
import { loadPlan } from "@/lib/store/plans";
import { ask, post } from "./api/requests";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-actions-"));
const environment = { ...process.env };

beforeEach(() => {
  process.env = { ...environment, DATABASE_URL: "", HEADROOM_DB: path.join(folder, "plans.db") };
});

afterAll(async () => {
  process.env = environment;
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
});

test("the page and the API give one answer to one plan", async () => {
  const outcome = await estimateAction(EXAMPLE_PLAN);
  if (outcome.kind !== "estimate") throw new Error(`expected an estimate, received ${outcome.kind}`);
  const { json } = await ask(POST, post("/api/v1/estimates?include=changes", JSON.stringify(EXAMPLE_PLAN)));
  const changes = await changesAction(EXAMPLE_PLAN);
  if (changes.kind !== "changes") throw new Error(`expected changes, received ${changes.kind}`);
  expect(JSON.parse(JSON.stringify({ ...outcome.estimate, changes: changes.changes }))).toEqual(json);
});

test("an invalid plan is answered with every issue, by every action", async () => {
  for (const action of [estimateAction, changesAction, savePlanAction, recommendAction]) {
    const outcome = await action({ model: "ViT-B-32", epochs: -1, precision: "fp8" });
    if (outcome.kind !== "invalid") throw new Error(`expected issues, received ${outcome.kind}`);
    const fields = outcome.issues.map((issue) => issue.path.replace(/^plan\./, ""));
    expect(fields.sort()).toEqual(["epochs", "precision"]);
  }
});

test("the page about GPUs and the API give one answer to one question", async () => {
  const options = { goal: "fastest", filter: { deviceCounts: [1], vendors: ["NVIDIA"] } };
  const outcome = await recommendAction(EXAMPLE_PLAN, options);
  if (outcome.kind !== "recommendation") throw new Error(`expected a recommendation, received ${outcome.kind}`);
  const body = JSON.stringify({ plan: EXAMPLE_PLAN, ...options });
  const { json } = await ask(POST_RECOMMENDATION, post("/api/v1/recommendations", body));
  expect(JSON.parse(JSON.stringify(outcome.recommendation))).toEqual(json);
}, 30_000);

test("a plan and the options of a recommendation are refused together, each at its place", async () => {
  const outcome = await recommendAction(
    { model: "ViT-B-32", epochs: -1 },
    { goal: "nicest", filter: { highestUsd: -1 } },
  );
  if (outcome.kind !== "invalid") throw new Error(`expected issues, received ${outcome.kind}`);
  expect(outcome.issues.map((issue) => issue.path).sort()).toEqual(["filter.highestUsd", "goal", "plan.epochs"]);
  expect((await recommendAction(EXAMPLE_PLAN, "cheapest")).kind).toBe("invalid");
});

test("the page and the API put measurements of a card into the same rows, and say of unreadable ones that they are", async () => {
  const options = { filter: { owned: ["h100-sxm5-80gb", "rtx-4090"], deviceCounts: [1] } };
  const text = "h100-sxm5-80gb,fp16_0.5_6,bandwidth_0.5_9,steps_9,spread_0.031,on_20261126";
  const outcome = await recommendAction(EXAMPLE_PLAN, options, text);
  if (outcome.kind !== "recommendation") throw new Error(`expected a recommendation, received ${outcome.kind}`);
  const body = JSON.stringify({ plan: EXAMPLE_PLAN, ...options });
  const path = `/api/v1/recommendations?calibration=${text}`;
  const { json } = await ask(POST_RECOMMENDATION, post(path, body));
  expect(JSON.parse(JSON.stringify(outcome.recommendation))).toEqual(json);
  expect(outcome.recommendation.calibration).toMatchObject({ measurementCount: 9, measuredOn: "2026-11-26", text });
  const measured = outcome.recommendation.rows.filter(({ isMeasured }) => isMeasured === true);
  expect(measured.map(({ gpuId }) => gpuId)).toEqual(["h100-sxm5-80gb"]);

  expect((await ask(POST_RECOMMENDATION, post(path.replace("steps_9", "steps_x"), body))).status).toBe(422);
  const unreadable = await recommendAction(EXAMPLE_PLAN, options, "nonsense");
  expect(unreadable).toMatchObject({
    recommendation: { noCalibration: expect.stringContaining("cannot be read: their text must begin with a card") },
  });
  const off = await ask(POST_RECOMMENDATION, post(`${path}&calibrate=false`, body));
  expect(JSON.stringify(off.json)).not.toMatch(/isMeasured|calibration/i);
});

test("every form of export is a text or a refusal with reasons", async () => {
  for (const format of EXPORT_FORMATS) {
    const outcome = await exportAction(EXAMPLE_PLAN, format);
    if (outcome.kind !== "export") throw new Error(`expected an export, received ${outcome.kind}`);
    const { exported } = outcome;
    expect(exported.format).toBe(format);
    expect(exported.ok ? exported.text.length : exported.reasons.length).toBeGreaterThan(0);
  }
});

test("an export of no known form is refused with the forms there are", async () => {
  for (const format of ["pdf", 7, null, undefined]) {
    const outcome = await exportAction(EXAMPLE_PLAN, format);
    if (outcome.kind !== "invalid") throw new Error(`expected issues, received ${outcome.kind}`);
    expect(outcome.issues[0]?.suggestions).toEqual(EXPORT_FORMATS);
  }
});

test("a saved plan can be loaded with the figures it was saved with", async () => {
  const saved = await savePlanAction(EXAMPLE_PLAN);
  if (saved.kind !== "saved") throw new Error(`expected an id, received ${saved.kind}`);
  expect(await loadPlan(saved.id)).toMatchObject({ id: saved.id, plan: { model: EXAMPLE_PLAN.model } });
});

test("a database that is down is said in words, without its address", async () => {
  const file = path.join(folder, "a-file");
  writeFileSync(file, "");
  process.env = { ...process.env, HEADROOM_DB: path.join(file, "plans.db") };
  // What is logged for us is not part of the answer.
  const log = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const outcome = await savePlanAction(EXAMPLE_PLAN);
  log.mockRestore();
  if (outcome.kind !== "failed") throw new Error(`expected a failure, received ${outcome.kind}`);
  expect(outcome.message).toContain("database");
  expect(outcome.message).not.toContain(file);
});

test("nothing that a browser can send makes an action fail", async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const hostile = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    }),
    fc.record({ model: fc.constant("ViT-B-32"), perDeviceBatchSize: fc.anything(), strategy: fc.anything() }),
    fc.constant(cyclic),
    fc.constant({ model: "ViT-B-32", perDeviceBatchSize: Number.NaN }),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (input) => {
      expect(["estimate", "invalid"]).toContain((await estimateAction(input)).kind);
    }),
    { numRuns: 300 },
  );
});
