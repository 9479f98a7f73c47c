import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { validationSchema } from "@/lib/api/validation-schema";
import { isAlive } from "@/lib/profile/runner/work-folder";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { closeDatabases } from "@/lib/store/database";
import {
  addValidation,
  cancelValidation,
  listValidations,
  loadValidation,
  validationQueueStore,
} from "@/lib/store/validations";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres";
import { tinyRequest } from "../support/validation-request";

const HOST = "a machine";
const LENGTH = 32;

let folder: string;
const servers: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-validations-"));
});

beforeEach(() => {
  delete process.env.DATABASE_URL;
  delete process.env.HEADROOM_DB;
});

afterEach(async () => {
  for (const server of servers.splice(0)) await kill(server);
  await closeDatabases();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("SQLite", () => {
  let fileCount = 0;
  beforeEach(() => {
    process.env.HEADROOM_DB = path.join(folder, `${fileCount++}`, "headroom.db");
  });

  keepsValidations();
});

const programs = postgresPrograms();
const given = process.env.TEST_DATABASE_URL;
if (given === undefined && programs === null) {
  test.skip("PostgreSQL: not tested, because there is no initdb on this machine and TEST_DATABASE_URL is not set", () =>
    undefined);
} else {
  describe("PostgreSQL", () => {
    let server: TestPostgres | undefined;
    let url: string;

    beforeAll(() => {
      server = given === undefined && programs !== null ? startPostgres(programs) : undefined;
      url = given ?? server?.url ?? "";
    }, 60_000);

    beforeEach(async () => {
      process.env.DATABASE_URL = url;
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query("drop table if exists plans, validations, headroom_schema");
      await client.end();
    });

    afterAll(() => server?.stop());

    keepsValidations();
  });
}

async function add(fields: Parameters<typeof tinyRequest>[0] = {}, host = HOST): Promise<string> {
  const id = await addValidation(tinyRequest(fields), host, LENGTH);
  if (id === null) throw new Error("the queue is full");
  return id;
}

async function read(id: string): Promise<Validation> {
  const reading = await loadValidation(id);
  if (reading === null) throw new Error(`${id} is lost`);
  return reading.validation;
}

/** A process of the server that runs what waits. */
async function serve(): Promise<ChildProcess> {
  const server = spawn(process.execPath, ["scripts/run.mjs", "__tests__/support/validation-server.ts", HOST], {
    stdio: ["ignore", "pipe", "inherit"],
    // Jest's `process.env` is a copy that a child does not inherit by itself.
    env: process.env,
  });
  servers.push(server);
  await once(server.stdout, "data");
  return server;
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGKILL");
  await once(server, "exit");
}

async function reached(id: string, isReached: (validation: Validation) => boolean): Promise<Validation> {
  for (;;) {
    const validation = await read(id);
    if (isReached(validation)) return validation;
    await setTimeout(30);
  }
}

/** What holds for every database. */
function keepsValidations() {
  test("a request waits with its place, and comes back as it was asked", async () => {
    const request = tinyRequest({ batchSizes: [1, 2, 4] });
    const [first, second] = [await addValidation(request, HOST, LENGTH), await add()];
    const validation = await read(first ?? "");
    expect(validation).toMatchObject({ ...request, state: { kind: "queued", position: 1 }, startedAt: null });
    expect(validationSchema.parse(validation)).toEqual(validation);
    expect((await read(second)).state).toEqual({ kind: "queued", position: 2 });
    // Another device and another machine have queues of their own.
    expect((await read(await add({ device: "cuda" }))).state).toEqual({ kind: "queued", position: 1 });
    expect((await read(await add({}, "another machine"))).state).toEqual({ kind: "queued", position: 1 });
  });

  test("places move up when somebody before gives up", async () => {
    const ids = [await add(), await add(), await add()];
    await cancelValidation(ids[0] ?? "");
    const states = await Promise.all(ids.map(async (id) => (await read(id)).state));
    expect(states).toMatchObject([{ kind: "cancelled" }, { position: 1 }, { position: 2 }]);
    expect((await listValidations(2)).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  });

  test("of many requests at once as many are queued as may wait, each at a place of its own", async () => {
    const added = await Promise.all(Array.from({ length: 12 }, () => addValidation(tinyRequest(), HOST, 8)));
    const ids = added.filter((id) => id !== null);
    // PostgreSQL looks at all of them at once, so a few more may slip in; one after the other they may not.
    expect(ids.length).toBeGreaterThanOrEqual(8);
    if (process.env.DATABASE_URL === undefined) expect(ids).toHaveLength(8);
    const places = await Promise.all(
      ids.map(async (id) => {
        const { state } = await read(id);
        return state.kind === "queued" ? state.position : null;
      }),
    );
    expect(places.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids.map((_, index) => index + 1));
    expect(await addValidation(tinyRequest(), HOST, 8)).toBeNull();
  });

  test("however many processes ask at once, one gets the run and a device has one at a time", async () => {
    const [first, second] = [await add(), await add()];
    const owners = Array.from({ length: 8 }, (_, index) => `${process.pid} ${index}`);
    const claims = await Promise.all(owners.map((owner) => validationQueueStore.claim(HOST, "cpu", owner)));
    const won = claims.filter((claim) => claim !== null);
    expect(won).toMatchObject([{ id: first, request: { batchSizes: [1] } }]);
    expect((await read(first)).state.kind).toBe("running");
    expect((await read(second)).state).toEqual({ kind: "queued", position: 1 });
    expect(await validationQueueStore.claim("another machine", "cpu", "1 x")).toBeNull();
  });

  test("only its owner may end a run, and nobody twice", async () => {
    const id = await add();
    await validationQueueStore.claim(HOST, "cpu", "1 me");
    const { machine, rows, lines, wallSeconds } = await read(id);
    const result = { machine, rows, lines, wallSeconds };
    const { finish, keepAlive } = validationQueueStore;
    expect(await keepAlive(id, "1 somebody", null)).toBe("lost");
    expect(await keepAlive(id, "1 me", null)).toBe("continue");
    await cancelValidation(id);
    expect(await keepAlive(id, "1 me", null)).toBe("cancel");
    expect(await finish(id, "1 somebody", result, { kind: "done" })).toBe(false);
    expect(await finish(id, "1 me", { ...result, wallSeconds: 3 }, { kind: "cancelled", reason: "Enough." })).toBe(
      true,
    );
    expect(await finish(id, "1 me", result, { kind: "done" })).toBe(false);
    expect(await keepAlive(id, "1 me", null)).toBe("lost");
    expect(await read(id)).toMatchObject({ state: { kind: "cancelled", reason: "Enough." }, wallSeconds: 3 });
  });

  test("a run whose owner was heard of meanwhile is not taken for abandoned", async () => {
    const id = await add();
    await validationQueueStore.claim(HOST, "cpu", "1 me");
    const [run] = await validationQueueStore.running(HOST);
    if (run === undefined) throw new Error("nothing runs");
    await setTimeout(5);
    await validationQueueStore.keepAlive(id, "1 me", null);
    await validationQueueStore.interrupt(run, "It seemed gone.");
    expect((await read(id)).state.kind).toBe("running");
    const [heard] = await validationQueueStore.running(HOST);
    if (heard !== undefined) await validationQueueStore.interrupt(heard, "It is gone.");
    expect((await read(id)).state).toEqual({ kind: "interrupted", reason: "It is gone." });
  });

  test("after a server was killed, its run is marked interrupted and what waited runs on the next", async () => {
    const ids = [await add({ batchSizes: [1, 4096], repeats: 20 }), await add()];
    const [running, waiting] = ids.map(String);
    const killed = await serve();
    const before = await reached(running ?? "", ({ rows }) => rows[0]?.outcome === "measured");
    expect(before.state.kind).toBe("running");
    await kill(killed);

    await serve();
    const interrupted = await reached(running ?? "", ({ state }) => isFinal(state));
    expect(interrupted.state).toEqual({ kind: "interrupted", reason: expect.stringContaining("server") });
    // What it had measured by then is kept.
    expect(interrupted.rows.map(({ outcome }) => outcome)).toEqual(["measured", "not_run"]);
    expect((await reached(waiting ?? "", ({ state }) => isFinal(state))).state).toEqual({ kind: "done" });
    await gone(killed.pid ?? 0);
  }, 60_000);

  test("two servers at once run everything once, one at a time", async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => add()));
    await Promise.all([serve(), serve()]);
    const ended = await Promise.all(ids.map((id) => reached(id, ({ state }) => isFinal(state))));
    expect(ended.map(({ state }) => state.kind)).toEqual(Array(4).fill("done"));
    const times = ended
      .map(({ startedAt, endedAt }) => [Date.parse(startedAt ?? ""), Date.parse(endedAt ?? "")] as const)
      .toSorted(([a], [b]) => a - b);
    for (const [index, [start]] of times.entries()) {
      expect(start).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
    }
  }, 60_000);
}

/** Waits until nothing is left of a process that was killed: no child and no file. */
async function gone(pid: number): Promise<void> {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${pid}-`));
  for (let waited = 0; folders().length > 0 && waited < 100; waited++) await setTimeout(50);
  expect(folders()).toEqual([]);
  expect(isAlive(pid)).toBe(false);
}
