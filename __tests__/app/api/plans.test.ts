import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TODAY } from "@/__tests__/support/today";
import { GET } from "@/app/api/v1/plans/[id]/route";
import { POST } from "@/app/api/v1/plans/route";
import { createPlan, EXAMPLE_PLAN, getPlan } from "@/lib/api/operations";
import { problemSchema } from "@/lib/api/problem";
import { estimatePlan } from "@/lib/estimate/plan";
import { parsePlan } from "@/lib/plan/parse-plan";
import { closeDatabases } from "@/lib/store/database";
import { savePlan } from "@/lib/store/plans";
import { ask, get, post } from "./requests";

const PATH = "/api/v1/plans";
const folder = mkdtempSync(path.join(tmpdir(), "headroom-plans-"));
const environment = { ...process.env };

beforeEach(() => {
  process.env = { ...environment, DATABASE_URL: "", HEADROOM_DB: path.join(folder, "plans.db") };
});

afterAll(async () => {
  process.env = environment;
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
});

async function read(id: string) {
  const { status, json } = await ask(GET, get(`${PATH}/${id}`), { id });
  return { status, json };
}

function exampleSnapshot() {
  const parsed = parsePlan(EXAMPLE_PLAN);
  if (!parsed.ok) throw new Error("the example is no plan");
  return { plan: parsed.plan, estimate: estimatePlan(parsed, { today: TODAY }) };
}

test("a stored plan comes back with the plan and the figures it was saved with", async () => {
  const stored = await ask(POST, post(PATH, JSON.stringify(EXAMPLE_PLAN)));
  expect(stored.status).toBe(201);
  const { id, url } = createPlan.answer.parse(stored.json);
  expect(url).toBe(`/p/${id}`);
  expect(stored.headers.get("location")).toBe(`${PATH}/${id}`);

  const { status, json } = await read(id);
  expect(status).toBe(200);
  const answer = getPlan.answer.parse(json);
  const { plan, estimate } = exampleSnapshot();
  expect(answer).toMatchObject({ id, url, plan, modelVersion: estimate.modelVersion });
  expect(answer.estimate).toEqual(JSON.parse(JSON.stringify(estimate)));
  expect(answer.today.status).toBe("same");
});

test("when today's figures are others, both stand side by side", async () => {
  const { plan, estimate } = exampleSnapshot();
  const before = { ...estimate, modelVersion: "before", globalBatchSize: estimate.globalBatchSize + 1 };
  const { id } = await savePlan({ plan, estimate: before });
  const { today, modelVersion } = getPlan.answer.parse((await read(id)).json);
  expect(modelVersion).toBe("before");
  if (today.status !== "differs") throw new Error(`expected a difference, received ${today.status}`);
  expect(today.differences).toEqual([
    { figure: "globalBatchSize", saved: estimate.globalBatchSize + 1, today: estimate.globalBatchSize },
  ]);
  expect(today.estimate.globalBatchSize).toBe(estimate.globalBatchSize);
});

test("a stored plan that today's rules refuse is still shown, with the reason", async () => {
  const { plan, estimate } = exampleSnapshot();
  const { id } = await savePlan({ plan: { ...plan, perDeviceBatchSize: -1 }, estimate });
  const { today } = getPlan.answer.parse((await read(id)).json);
  if (today.status !== "not_answered") throw new Error(`expected a refusal, received ${today.status}`);
  expect(today.issues.map((issue) => issue.path)).toEqual(["perDeviceBatchSize"]);
});

test.each(["0000000000000000z", "x", "../../etc/passwd", "a b", "\u0000", "a".repeat(10_000), "'; drop table plans"])(
  "%j, an id that is not there, is answered with 404",
  async (id) => {
    const { status, json } = await ask(GET, get(`${PATH}/x`), { id });
    expect(status).toBe(404);
    expect(problemSchema.parse(json).type).toBe("/api/docs#problem-not-found");
  },
);

test("an invalid plan is not stored, and every issue is told", async () => {
  const { status, json } = await ask(
    POST,
    post(PATH, JSON.stringify({ model: "ViT-B-32", epochs: -1, precision: "x" })),
  );
  expect(status).toBe(422);
  expect(
    problemSchema
      .parse(json)
      .issues?.map((issue) => issue.path)
      .sort(),
  ).toEqual(["epochs", "precision"]);
});

test("a database that is down is answered with 503 and when to try again", async () => {
  const file = path.join(folder, "a-file");
  writeFileSync(file, "");
  process.env = { ...process.env, HEADROOM_DB: path.join(file, "plans.db") };
  // What is logged for us is not part of the answer.
  const log = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const { status, headers, json } = await ask(POST, post(PATH, JSON.stringify(EXAMPLE_PLAN)));
  expect(status).toBe(503);
  expect(headers.get("retry-after")).toBe("10");
  expect(JSON.stringify(json)).not.toContain(file);
  expect(log).toHaveBeenCalledTimes(1);
  log.mockRestore();
});
