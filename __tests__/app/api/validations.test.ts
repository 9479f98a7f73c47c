import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { GET as watch } from "@/app/api/v1/validations/[id]/events/route";
import { GET as read, DELETE as remove } from "@/app/api/v1/validations/[id]/route";
import { GET as list, POST } from "@/app/api/v1/validations/route";
import { problemSchema } from "@/lib/api/problem";
import { createValidation, listValidations } from "@/lib/api/validation-operations";
import { VALIDATION_LIMITS } from "@/lib/profile/request-limits";
import { takeTurn } from "@/lib/profile/runner/device-turn";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { closeDatabases } from "@/lib/store/database";
import { endValidations } from "../../support/end-validations";
import { TINY_MODEL } from "../../support/tiny-clip";
import { ask } from "./requests";

const PATH = "/api/v1/validations";
const HERE = { Host: "127.0.0.1:3000", "Content-Type": "application/json" };
const TOKEN = "a token of tests";
const folder = mkdtempSync(path.join(tmpdir(), "headroom-validations-"));
const environment = { ...process.env };

beforeAll(() => {
  process.env = {
    ...environment,
    DATABASE_URL: "",
    HEADROOM_DB: path.join(folder, "headroom.db"),
    HEADROOM_LISTENS_ON: "127.0.0.1",
  };
});

afterEach(endValidations, 30_000);

afterAll(async () => {
  process.env = environment;
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${process.pid}-`))).toEqual([]);
});

function request(method: string, address: string, body?: unknown, headers: Readonly<Record<string, string>> = HERE) {
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return new Request(new URL(address, "http://127.0.0.1:3000"), init);
}

const TINY = { plan: { model: TINY_MODEL }, device: "cpu", batchSizes: [1, 2, 3], repeats: 1 };

async function submit(body: object = TINY): Promise<Validation> {
  const { status, json } = await ask(POST, request("POST", PATH, body));
  expect(status).toBe(202);
  return createValidation.answer.parse(json);
}

async function current(id: string): Promise<Validation> {
  const { status, json } = await ask(read, request("GET", `${PATH}/${id}`), { id });
  expect(status).toBe(200);
  return createValidation.answer.parse(json);
}

async function ended(id: string): Promise<Validation> {
  for (;;) {
    const validation = await current(id);
    if (isFinal(validation.state)) return validation;
    await setTimeout(50);
  }
}

test("a tiny model is measured at each batch size, to the byte of what was predicted", async () => {
  const { status, headers, json } = await ask(POST, request("POST", PATH, TINY));
  expect(status).toBe(202);
  const { id } = createValidation.answer.parse(json);
  expect(headers.get("location")).toBe(`${PATH}/${id}`);
  const { state, rows, machine, lines, remarks, plan, wallSeconds } = await ended(id);
  expect(state).toEqual({ kind: "done" });
  expect(plan.precision).toBe("fp32");
  expect(rows.map(({ batchSize, outcome }) => [batchSize, outcome])).toEqual([
    [1, "measured"],
    [2, "measured"],
    [3, "measured"],
  ]);
  for (const { predicted, measured, providers, nodeCount, losses, others } of rows) {
    // Runs of a tiny model are shorter than the system's clock can tell others from.
    expect(others).toEqual({ cpuFraction: { kind: "not_measured", why: expect.any(String) }, gpuUsers: null });
    if (measured.stepSeconds.kind === "measured")
      expect(measured.stepSeconds.runs.map(({ othersFractions }) => othersFractions?.length)).toEqual([1, 1]);
    if (predicted.inUsePeakBytes.kind !== "predicted") throw new Error("memory should be predicted");
    expect(measured.inUsePeakBytes).toEqual({ kind: "measured", value: predicted.inUsePeakBytes.value });
    expect(measured.deviceBytes.kind).toBe("not_measured");
    expect(providers).toEqual({ CPUExecutionProvider: nodeCount });
    expect(losses).toHaveLength(3);
  }
  expect(machine).toMatchObject({ versions: { onnxruntime: "1.29.0", node: process.versions.node } });
  expect(lines.inUsePeakBytes.kind).toBe("fitted");
  expect(remarks.join(" ")).toContain("This ran on the CPU");
  expect(wallSeconds).toBeGreaterThan(0);
}, 60_000);

test("twenty requests at once wait in an honest order, and each of them ends", async () => {
  const small = { ...TINY, batchSizes: [1], repeats: 1 };
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(POST, request("POST", PATH, small))));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
  const { json } = await ask(list, request("GET", `${PATH}?limit=100`));
  const open = listValidations.answer.parse(json).validations.filter(({ state }) => !isFinal(state));
  const positions = open.flatMap(({ state }) => (state.kind === "queued" ? [state.position] : []));
  expect(positions.toSorted((a, b) => a - b)).toEqual(positions.map((_, index) => index + 1));
  expect(open.filter(({ state }) => state.kind === "running").length).toBeLessThanOrEqual(1);
  const [first, ...others] = answers.map(({ json: answer }) => createValidation.answer.parse(answer).id);
  // Most are cancelled, or the test would take as long as twenty runs.
  await Promise.all(others.slice(1).map((id) => ask(remove, request("DELETE", `${PATH}/${id}`), { id })));
  for (const id of [first, ...others]) {
    const { state, rows } = await ended(id ?? "");
    expect(["done", "cancelled"]).toContain(state.kind);
    expect(rows[0]?.outcome === "measured").toBe(state.kind === "done");
  }
}, 120_000);

test("a run that goes on is cancelled within seconds, and what waits is cancelled at once", async () => {
  const running = await submit({ ...TINY, batchSizes: [4096], repeats: 20 });
  const waiting = await submit();
  for (;;) {
    if ((await current(running.id)).state.kind === "running") break;
    await setTimeout(20);
  }
  expect((await current(waiting.id)).state).toEqual({ kind: "queued", position: 1 });
  const { json } = await ask(remove, request("DELETE", `${PATH}/${waiting.id}`), { id: waiting.id });
  expect(json).toMatchObject({ state: { kind: "cancelled", reason: "It was cancelled before it ran." } });
  await ask(remove, request("DELETE", `${PATH}/${running.id}`), { id: running.id });
  const { state, rows } = await ended(running.id);
  expect(state).toEqual({ kind: "cancelled", reason: "It was cancelled while it ran." });
  expect(rows[0]).toMatchObject({ outcome: "cancelled" });
  // Once more changes nothing.
  const again = await ask(remove, request("DELETE", `${PATH}/${running.id}`), { id: running.id });
  expect(again).toMatchObject({ status: 200, json: { state: { kind: "cancelled" } } });
}, 60_000);

test("while another program measures on the device, a run says for whom it waits, and can be cancelled", async () => {
  const signal = new AbortController().signal;
  const turn = await takeTurn("cpu", { signal, program: "another program", onWait: () => undefined });
  const waiting = await submit();
  const next = await submit({ ...TINY, batchSizes: [1] });
  for (;;) {
    const { state } = await current(waiting.id);
    if (state.kind === "running" && state.progress.doing.startsWith("waiting for another program")) break;
    await setTimeout(20);
  }
  await ask(remove, request("DELETE", `${PATH}/${waiting.id}`), { id: waiting.id });
  const { state, rows } = await ended(waiting.id);
  expect(state).toEqual({ kind: "cancelled", reason: "It was cancelled while it waited for its turn." });
  expect(rows.map(({ outcome }) => outcome)).toEqual(["not_run", "not_run", "not_run"]);
  await turn?.end();
  expect((await ended(next.id)).state).toEqual({ kind: "done" });
}, 60_000);

test("a step that cannot fit the memory of the machine is refused before it runs, and that is a result", async () => {
  const { id } = await submit({
    plan: { model: "ViT-B-16", imageSize: 1024 },
    device: "cpu",
    batchSizes: [4095, 4096],
  });
  const { state, rows } = await ended(id);
  expect(state).toEqual({ kind: "done" });
  expect(rows.map(({ outcome }) => outcome)).toEqual(["would_not_fit", "not_run"]);
  expect(rows[0]?.reason).toMatch(/needs [\d.,]+ GiB by prediction/);
}, 60_000);

test("a run that takes longer than its limit fails and says so", async () => {
  const { id } = await submit({ ...TINY, batchSizes: [4096], repeats: 20, timeLimitSeconds: 5 });
  const { state, rows } = await ended(id);
  expect(state).toEqual({ kind: "failed", reason: "Batch 4096: The time limit was reached." });
  expect(rows).toMatchObject([{ outcome: "timed_out" }]);
}, 60_000);

test("without a GPU a run on one fails in the runtime's words and the driver's", async () => {
  const { id } = await submit({ ...TINY, device: "cuda" });
  const { state, rows, machine } = await ended(id);
  if (machine?.gpu !== null) return;
  expect(state).toMatchObject({ kind: "failed", reason: expect.stringMatching(/ONNX Runtime says.*nvidia-smi/) });
  expect(rows.map(({ outcome }) => outcome)).toEqual(["failed", "not_run", "not_run"]);
}, 60_000);

test("events tell how a run goes on, end with the final state, and miss nothing after a reconnection", async () => {
  const { id } = await submit();
  const open = (lastEventId?: string) =>
    watch(
      request("GET", `${PATH}/${id}/events`, undefined, {
        ...HERE,
        ...(lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId }),
      }),
      {
        params: Promise.resolve({ id }),
      },
    );
  const interrupted = await open();
  expect(interrupted.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const reader = interrupted.body?.getReader();
  const [first] = eventsIn(new TextDecoder().decode((await reader?.read())?.value));
  await reader?.cancel();

  const events = eventsIn(await (await open(first?.id)).text());
  const last = events.at(-1);
  expect(events.every(({ event }) => event === "validation")).toBe(true);
  expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  expect(events.map((event) => event.id)).not.toContain(first?.id);
  expect(createValidation.answer.parse(JSON.parse(last?.data ?? "")).state).toEqual({ kind: "done" });
  // A browser's EventSource comes back when a stream ends; 204 tells it that there is no more.
  expect((await open(last?.id)).status).toBe(204);
  expect(eventsIn(await (await open()).text())).toEqual([last]);
}, 60_000);

function eventsIn(text: string) {
  const blocks = text.split("\n\n").filter((block) => block.includes("data: "));
  return blocks.map((block) => {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
    return { id: String(fields.id), event: String(fields.event), data: String(fields.data) };
  });
}

test("everything wrong with a request is told at once, each under its path", async () => {
  const body = {
    plan: { model: "ViT-B-32", precision: "bf16", optimizer: "adamw_8bit", epochs: 3 },
    device: "cuda",
    batchSizes: [0, VALIDATION_LIMITS.batchSize + 1],
    repeats: VALIDATION_LIMITS.repeats + 1,
    timeLimitSeconds: VALIDATION_LIMITS.timeLimitSeconds.max + 1,
    steps: 3,
  };
  const { status, json } = await ask(POST, request("POST", PATH, body));
  expect(status).toBe(422);
  const { issues = [] } = problemSchema.parse(json);
  expect(issues.map((issue) => issue.path).toSorted()).toEqual(
    [
      ...["batchSizes.0", "batchSizes.1", "plan", "plan.optimizer", "plan.precision"],
      ...["repeats", "steps", "timeLimitSeconds"],
    ].toSorted(),
  );
  const nearest = issues.find(({ code }) => code === "nearest_plan")?.suggestions?.[0] ?? "";
  expect(JSON.parse(nearest)).toEqual({ precision: "amp", optimizer: "adamw" });
  for (const limit of [
    VALIDATION_LIMITS.batchSize,
    VALIDATION_LIMITS.repeats,
    VALIDATION_LIMITS.timeLimitSeconds.max,
  ]) {
    expect(JSON.stringify(issues)).toContain(String(limit));
  }
});

test("a request that names no device, no plan or is none is refused", async () => {
  for (const [body, paths] of [
    [{ plan: { model: "ViT-B-32" } }, ["device"]],
    [{ device: "cpu" }, ["plan", "plan.model"]],
    [{ plan: { model: "ViT-B-32" }, device: "tpu" }, ["device"]],
    [[], [""]],
  ] as const) {
    const { status, json } = await ask(POST, request("POST", PATH, body));
    expect({ status, paths: problemSchema.parse(json).issues?.map((issue) => issue.path) }).toEqual({
      status: 422,
      paths,
    });
  }
});

test("an id that is not there is answered with 404 by each operation", async () => {
  for (const handler of [read, remove, watch]) {
    const { status } = await ask(handler, request("GET", `${PATH}/x`), { id: "0".repeat(17) });
    expect(status).toBe(404);
  }
});

describe("who may run something", () => {
  const one = (headers: Readonly<Record<string, string>>) => ask(list, request("GET", PATH, undefined, headers));

  test("a request from the machine itself, where the server listens on loopback alone", async () => {
    for (const host of ["localhost:3000", "127.0.0.1", "[::1]:3000"])
      expect((await one({ Host: host })).status).toBe(200);
    expect((await one({ Host: "127.0.0.1:3000", Origin: "http://127.0.0.1:3000" })).status).toBe(200);
    expect((await one({ Host: "127.0.0.1:3000", "X-Forwarded-For": "::ffff:127.0.0.1" })).status).toBe(200);
    expect((await one({ Host: "127.0.0.1:3000", "X-Forwarded-Host": "127.0.0.1:3000" })).status).toBe(200);
    expect((await one({ Host: "127.0.0.1:3000", "Sec-Fetch-Site": "same-origin" })).status).toBe(200);
    const followed = { Host: "127.0.0.1:3000", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
    expect((await one(followed)).status).toBe(200);
  });

  test.each([
    ["another name pointed at this machine", { Host: "evil.example" }],
    ["a page of another site", { Host: "127.0.0.1:3000", Origin: "https://evil.example" }],
    ["a page of another program on this machine", { Host: "127.0.0.1:3000", Origin: "http://127.0.0.1:8080" }],
    ["a page without an origin of its own", { Host: "127.0.0.1:3000", Origin: "null" }],
    ["a picture in a page of another site", { Host: "127.0.0.1:3000", "Sec-Fetch-Site": "cross-site" }],
    ["a name that only begins like this machine's", { Host: "127.0.0.1.evil.example" }],
    ["a name that hides behind a loopback address", { Host: "localhost.evil.example:3000" }],
    ["a proxy that passes on a request", { Host: "127.0.0.1:3000", "X-Forwarded-For": "203.0.113.9" }],
    [
      "a proxy that was told a loopback address",
      { Host: "127.0.0.1:3000", "X-Forwarded-For": "127.0.0.1, 203.0.113.9" },
    ],
    ["a proxy that names the host it was asked for", { Host: "127.0.0.1:3000", "X-Forwarded-Host": "gpu.example" }],
    ["a proxy that says who asked", { Host: "127.0.0.1:3000", "X-Real-IP": "203.0.113.9" }],
    ["a proxy that says that it is one", { Host: "127.0.0.1:3000", Via: "1.1 gateway" }],
    ["a proxy that says so in the newer way", { Host: "127.0.0.1:3000", Forwarded: "for=203.0.113.9" }],
    ["a token where none is set", { Host: "127.0.0.1:3000", Authorization: "Bearer guess" }],
    ["nobody", {}],
  ])("%s is refused with 403 and the way out", async (_name, headers) => {
    const { status, json } = await one({ ...headers });
    expect(status).toBe(403);
    expect(problemSchema.parse(json).detail).toContain("HEADROOM_VALIDATION_TOKEN");
  });

  test("on a public host nobody without the token, and whoever has it", async () => {
    process.env = { ...process.env, HEADROOM_LISTENS_ON: "0.0.0.0" };
    expect((await one({ Host: "127.0.0.1:3000" })).status).toBe(403);
    process.env = { ...process.env, HEADROOM_VALIDATION_TOKEN: TOKEN };
    const refused = await one({ Host: "gpu.example", Authorization: "Bearer another token" });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="validation"']);
    expect((await one({ Host: "gpu.example" })).status).toBe(401);
    expect((await one({ Host: "gpu.example", Authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    process.env = { ...process.env, HEADROOM_LISTENS_ON: "127.0.0.1" };
    // A proxy on this machine that keeps silent about itself looks like the machine itself.
    expect((await one({ Host: "127.0.0.1:3000" })).status).toBe(401);
    expect((await one({ Host: "127.0.0.1:3000", Authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    process.env = { ...process.env, HEADROOM_VALIDATION_TOKEN: "" };
  });

  test("a page of another site starts nothing, whatever it sends", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
      const headers = { Host: "127.0.0.1:3000", Origin: "https://evil.example", "Content-Type": type };
      expect((await ask(POST, request("POST", PATH, TINY, headers))).status).toBe(403);
    }
    expect(listValidations.answer.parse((await one({ Host: "127.0.0.1:3000" })).json).validations).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ state: expect.objectContaining({ kind: "queued" }) })]),
    );
  });
});
