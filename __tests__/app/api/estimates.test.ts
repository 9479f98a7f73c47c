import * as fc from "fast-check";
import { GET, OPTIONS, POST } from "@/app/api/v1/estimates/route";
import { createEstimate, EXAMPLE_PLAN } from "@/lib/api/operations";
import { problemSchema } from "@/lib/api/problem";
import { GPUS } from "@/lib/catalogue/gpus";
import { MODELS } from "@/lib/catalogue/models";
import { KB, KIB } from "@/lib/units";
import { ask, post } from "./requests";

const PATH = "/api/v1/estimates";

async function estimate(body: unknown, query = "") {
  const answer = await ask(POST, post(`${PATH}${query}`, JSON.stringify(body)));
  return { ...answer, estimate: createEstimate.answer.parse(answer.json) };
}

async function refused(request: Request) {
  const answer = await ask(POST, request);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  return { status: answer.status, problem: problemSchema.parse(answer.json) };
}

test("a plan is answered with an estimate that holds to its schema, within 50 kB", async () => {
  const { status, headers, estimate: answer, byteCount } = await estimate(EXAMPLE_PLAN);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("application/json");
  expect(answer.plan.perDeviceBatchSize).toBe(EXAMPLE_PLAN.perDeviceBatchSize);
  expect(byteCount).toBeLessThanOrEqual(50 * KB);
});

test("a key given twice is told, with everything else that is wrong", async () => {
  const body = '{"model":"ViT-B-32","epochs":3,"strategy":{"kind":"lora","rank":4,"rank":8},"epochs":-1}';
  const { status, problem } = await refused(post(PATH, body));
  expect(status).toBe(422);
  expect(problem.issues?.map(({ path, code }) => [path, code])).toEqual([
    ["strategy.rank", "repeated_key"],
    ["epochs", "repeated_key"],
    ["epochs", "out_of_range"],
  ]);
});

test("a plan that does not fit is an answer and not an error", async () => {
  const { status, estimate: answer } = await estimate({ model: "ViT-H-14", perDeviceBatchSize: 4096, gpu: "rtx-3090" });
  expect(status).toBe(200);
  expect(answer.memory.verdict).toBe("does_not_fit");
  expect(answer.memory.headroomBytes).toBeLessThan(0);
});

test("every model and every GPU of the catalogue is answered within the schema and 50 kB", async () => {
  const plans = [
    ...MODELS.map(({ name }) => ({ model: name })),
    ...GPUS.map(({ id }) => ({ model: "RN50", strategy: { kind: "linear_probe" }, gpu: id })),
  ];
  for (const plan of plans) {
    const { status, estimate: answer, byteCount } = await estimate(plan);
    expect({ plan, status, isSmall: byteCount <= 50 * KB }).toEqual({ plan, status: 200, isSmall: true });
    expect(answer.plan).toMatchObject(plan);
  }
}, 60_000);

test("the largest plan that is accepted is answered with finite figures", async () => {
  const { status } = await estimate({
    model: "ViT-B-32",
    strategy: { kind: "lora", rank: 512, targets: ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"] },
    precision: "fp32",
    perDeviceBatchSize: 1_048_576,
    gradAccumulationSteps: 65_536,
    deviceCount: 1024,
    imageSize: 2048,
    contextLength: 4096,
    gpu: { name: "one of a kind", memoryBytes: 2 ** 44 },
  });
  expect(status).toBe(200);
});

test("the whole timeline comes when it is asked for, and only then", async () => {
  const sampled = (await estimate(EXAMPLE_PLAN)).estimate.memory.timeline;
  const whole = (await estimate(EXAMPLE_PLAN, "?include=timeline")).estimate.memory.timeline;
  expect(sampled.event.length).toBeLessThan(sampled.eventCount);
  expect(whole.eventCount).toBe(sampled.eventCount);
  expect(whole.event.length).toBe(whole.eventCount);
});

test("changes come when they are asked for, and only then", async () => {
  expect((await estimate(EXAMPLE_PLAN)).estimate.changes).toBeUndefined();
  const { changes } = (await estimate(EXAMPLE_PLAN, "?include=timeline,changes")).estimate;
  expect(changes?.length).toBeGreaterThan(0);
});

test("every problem is told at once, each with its path, what was received and the way out", async () => {
  const body = { model: "ViT-X-14", perDeviceBatchSize: -8, precision: "fp8", strategy: { kind: "lora", rank: 0 } };
  const { status, problem } = await refused(post(PATH, JSON.stringify(body)));
  expect(status).toBe(422);
  const paths = problem.issues?.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining(["perDeviceBatchSize", "precision", "strategy.rank"]));
  for (const issue of problem.issues ?? []) expect(issue.message).not.toBe("");
});

test.each([
  ['{"model": NaN}', 10],
  ["", 0],
  ['{"model": "ViT-B-32",}', 21],
])("%j is answered with 400 and the position of the fault", async (body, position) => {
  const { status, problem } = await refused(post(PATH, body));
  expect(status).toBe(400);
  expect(problem).toMatchObject({ position, line: 1, column: position + 1 });
});

test("bytes that are not UTF-8 are answered with 400", async () => {
  expect((await refused(post(PATH, new Uint8Array([0x7b, 0xff, 0x7d])))).status).toBe(400);
});

test.each(["1e999", "-1e999"])("%s, which JSON reads as infinity, is refused where it stands", async (number) => {
  const { status, problem } = await refused(post(PATH, `{"model": "ViT-B-32", "perDeviceBatchSize": ${number}}`));
  expect(status).toBe(422);
  expect(problem.issues?.map(({ path }) => path)).toEqual(["perDeviceBatchSize"]);
});

test("a body over the limit is refused while it arrives, whatever it announced", async () => {
  let sentBytes = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sentBytes += 64 * KIB;
      controller.enqueue(new Uint8Array(64 * KIB).fill(0x20));
    },
  });
  const init = {
    method: "POST",
    body: endless,
    duplex: "half",
    headers: { "Content-Type": "application/json", "Content-Length": "10" },
  };
  const { status } = await refused(new Request(`http://127.0.0.1:3000${PATH}`, init));
  expect(status).toBe(413);
  expect(sentBytes).toBeLessThanOrEqual(512 * KIB);
});

test.each<Readonly<Record<string, string>>>([
  { "Content-Type": "text/plain" },
  { "Content-Type": "application/x-www-form-urlencoded" },
  { "Content-Type": "application/json; charset=utf-16" },
  { "Content-Encoding": "gzip" },
])("a body announced as %j is answered with 415", async (headers) => {
  expect((await refused(post(PATH, JSON.stringify(EXAMPLE_PLAN), headers))).status).toBe(415);
});

test("JSON with parameters or under another name of JSON is read", async () => {
  for (const type of ["application/json; charset=utf-8", "application/vnd.headroom+json", "APPLICATION/JSON"]) {
    expect((await ask(POST, post(PATH, JSON.stringify(EXAMPLE_PLAN), { "Content-Type": type }))).status).toBe(200);
  }
});

test("an unknown query parameter or value is refused with what would be accepted", async () => {
  const wrongValue = await refused(post(`${PATH}?include=timelin`, JSON.stringify(EXAMPLE_PLAN)));
  expect(wrongValue.status).toBe(422);
  expect(wrongValue.problem.issues?.[0]?.suggestions).toEqual(["timeline", "changes"]);
  const wrongName = await refused(post(`${PATH}?inclde=timeline`, JSON.stringify(EXAMPLE_PLAN)));
  expect(wrongName.problem.issues?.[0]?.suggestions).toEqual(["include"]);
});

test("another method is answered with 405 and the methods that are", async () => {
  const { status, headers } = await ask(GET, new Request(`http://127.0.0.1:3000${PATH}`));
  expect(status).toBe(405);
  expect(headers.get("allow")).toBe("POST, OPTIONS");
  expect((await ask(OPTIONS, new Request(`http://127.0.0.1:3000${PATH}`, { method: "OPTIONS" }))).status).toBe(204);
});

test("deep nesting is refused, not followed", async () => {
  const body = `{"model": ${'{"vision_cfg":'.repeat(10_000)}1${"}".repeat(10_000)}}`;
  const { status, problem } = await refused(post(PATH, body));
  expect(status).toBe(422);
  expect(problem.issues?.map(({ code }) => code)).toEqual(["too_deep"]);
});

test("an answer stays small when a hostile body is wrong in ten thousand places", async () => {
  const body = JSON.stringify(
    Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, index])),
  );
  const { status, byteCount } = await ask(POST, post(PATH, body));
  expect(status).toBe(422);
  expect(byteCount).toBeLessThanOrEqual(50 * KB);
});

/** JSON that looks like a plan often enough to get past the first checks. */
const planLike = fc.record(
  {
    model: fc.oneof(fc.constantFrom("ViT-B-32", "RN50", "ViT-B-16-SigLIP", "__proto__", "constructor"), fc.jsonValue()),
    implementation: fc.oneof(fc.constantFrom("open_clip", "transformers"), fc.jsonValue()),
    strategy: fc.oneof(
      fc.record({
        kind: fc.constantFrom("full", "linear_probe", "partial", "lora", "prompt", "toString"),
        unlockedBlocks: fc.oneof(fc.integer({ min: -1, max: 30 }), fc.jsonValue()),
      }),
      fc.record({ kind: fc.constant("lora"), rank: fc.oneof(fc.double(), fc.integer()), targets: fc.jsonValue() }),
      fc.jsonValue(),
    ),
    perDeviceBatchSize: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1e12, 0, -0, 1.5, "8"), fc.jsonValue()),
    deviceCount: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.jsonValue()),
    precision: fc.oneof(fc.constantFrom("fp32", "amp", "amp_bf16", "bf16", "valueOf"), fc.jsonValue()),
    imageSize: fc.oneof(fc.integer({ min: -1, max: 4000 }), fc.jsonValue()),
    contextLength: fc.oneof(fc.integer({ min: -1, max: 4000 }), fc.jsonValue()),
    gpu: fc.oneof(
      fc.constantFrom("rtx-4090", "hasOwnProperty"),
      fc.record({ name: fc.string(), memoryBytes: fc.oneof(fc.double(), fc.integer()) }),
      fc.jsonValue(),
    ),
    schemaVersion: fc.oneof(fc.constant(1), fc.jsonValue()),
    unknown: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test("no JSON whatever is answered with a mistake of ours", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        planLike.map((plan) => JSON.stringify(plan)),
      ),
      async (body) => {
        const { status, json } = await ask(POST, post(PATH, body));
        if (status === 200) createEstimate.answer.parse(json);
        else
          expect({ status, issues: (problemSchema.parse(json).issues ?? []).length > 0 }).toEqual({
            status: 422,
            issues: true,
          });
      },
    ),
    { numRuns: 400 },
  );
});

test("no bytes whatever are answered with a mistake of ours", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
      expect([200, 400, 422]).toContain((await ask(POST, post(PATH, Buffer.from(body)))).status);
    }),
  );
});
