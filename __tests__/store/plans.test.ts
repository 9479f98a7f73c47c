import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { sql } from "kysely";
import { Client } from "pg";
import { closeDatabases, database } from "@/lib/store/database";
import { MIGRATIONS } from "@/lib/store/migrations";
import { loadPlan, savePlan } from "@/lib/store/plans";
import { StoreError } from "@/lib/store/store-error";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres";
import { snapshot } from "../support/snapshot";

const PROCESS_COUNT = 4;
const PLANS_PER_PROCESS = 50;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-store-"));
});

beforeEach(() => {
  delete process.env.DATABASE_URL;
  delete process.env.HEADROOM_DB;
});

afterEach(closeDatabases);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("SQLite", () => {
  let fileCount = 0;
  beforeEach(() => {
    process.env.HEADROOM_DB = path.join(folder, `${fileCount++}`, "headroom.db");
  });

  keepsPlans();

  test("a folder that cannot be made is a typed error, and the next call tries again", async () => {
    const inTheWay = path.join(folder, "in-the-way");
    writeFileSync(inTheWay, "");
    process.env.HEADROOM_DB = path.join(inTheWay, "headroom.db");
    await expect(savePlan(snapshot(1))).rejects.toMatchObject({ name: "StoreError", code: "store_unavailable" });
    rmSync(inTheWay);
    await expect(savePlan(snapshot(1))).resolves.toHaveProperty("id");
  });

  test("a file that is no database is a typed error with its cause", async () => {
    const file = path.join(folder, "text.db");
    writeFileSync(file, "These are not pages of a database. ".repeat(200));
    process.env.HEADROOM_DB = file;
    const error = await savePlan(snapshot(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "store_failed", cause: expect.anything() });
  });

  const isRoot = process.getuid?.() === 0;
  const reason = isRoot ? " (not tested: root may write everywhere)" : "";
  (isRoot ? test.skip : test)(`a folder that may not be written is a typed error${reason}`, async () => {
    const closed = path.join(folder, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    process.env.HEADROOM_DB = path.join(closed, "headroom.db");
    await expect(savePlan(snapshot(1))).rejects.toMatchObject({ code: "store_unavailable" });
  });
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

    keepsPlans();

    test("a connection that is cut does not end the process, and trying again succeeds", async () => {
      const { id } = await savePlan(snapshot(1));
      const db = await database();
      const cut = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`;
      await expect(cut.execute(db)).rejects.toThrow();
      const stored = await loadPlan(id).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "store_unavailable" });
        return loadPlan(id);
      });
      expect(stored).toMatchObject({ id });
    });

    // A server that was given is not ours to stop.
    const testOwnServer = given === undefined ? test : test.skip;
    testOwnServer(
      "a server that is down is a typed error until it is up again",
      async () => {
        const { id } = await savePlan(snapshot(1));
        server?.halt();
        await expect(loadPlan(id)).rejects.toMatchObject({ name: "StoreError", code: "store_unavailable" });
        await expect(savePlan(snapshot(1))).rejects.toMatchObject({ name: "StoreError", code: "store_unavailable" });
        server?.resume();
        expect(await loadPlan(id)).toMatchObject({ id });
      },
      30_000,
    );
  });
}

describe("PostgreSQL that is not there", () => {
  test("is a typed error with its cause", async () => {
    process.env.DATABASE_URL = "postgresql://headroom@127.0.0.1:1/headroom";
    await expect(savePlan(snapshot(1))).rejects.toMatchObject({
      name: "StoreError",
      code: "store_unavailable",
      cause: expect.anything(),
    });
  });

  test("an address of another kind is refused without repeating it", async () => {
    process.env.DATABASE_URL = "mysql://user:secret@example.org/db";
    const error = await savePlan(snapshot(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "store_failed" });
    expect(String(error)).not.toContain("secret");
  });
});

/** What holds for every database. */
function keepsPlans() {
  test("a stored plan comes back digit for digit", async () => {
    const saved = snapshot(32);
    const before = Date.now();
    const { id } = await savePlan(saved);
    const stored = await loadPlan(id);
    expect(stored).toMatchObject({
      id,
      schemaVersion: 1,
      modelVersion: "test.1",
      plan: saved.plan,
      estimate: saved.estimate,
    });
    expect(JSON.stringify(stored?.estimate)).toBe(JSON.stringify(saved.estimate));
    expect(Date.parse(stored?.createdAt ?? "")).toBeGreaterThanOrEqual(before);
    expect(stored?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test("plans outlive the process that saved them", async () => {
    const { id } = await savePlan(snapshot(8));
    await closeDatabases();
    expect(await loadPlan(id)).toMatchObject({ plan: { perDeviceBatchSize: 8 } });
  });

  test("ids are letters and digits, at least 96 bits of them, and differ for equal plans", async () => {
    const first = await savePlan(snapshot(1));
    const second = await savePlan(snapshot(1));
    expect(first.id).not.toBe(second.id);
    expect(first.id).toMatch(/^[0-9A-Za-z]+$/);
    expect(first.id.length * Math.log2(62)).toBeGreaterThanOrEqual(96);
  });

  test.each([
    "",
    "missing",
    "A".repeat(17),
    "' or 1=1 --",
    "../../headroom",
    "\0",
    "猫".repeat(17),
    "A".repeat(100_000),
  ])("an id that nobody was given finds nothing (case %#)", async (id) => {
    await savePlan(snapshot(1));
    expect(await loadPlan(id)).toBeNull();
  });

  test("processes that start together on an empty database lose no plan", async () => {
    const runs = Array.from({ length: PROCESS_COUNT }, () =>
      promisify(execFile)(
        process.execPath,
        ["scripts/run.mjs", "__tests__/support/save-plans.ts", String(PLANS_PER_PROCESS)],
        // Jest's `process.env` is a copy that a child does not inherit by itself.
        { env: process.env },
      ),
    );
    const ids = (await Promise.all(runs)).flatMap(({ stdout }) => stdout.trim().split("\n"));
    expect(new Set(ids).size).toBe(PROCESS_COUNT * PLANS_PER_PROCESS);
    const db = await database();
    const kept = await db.selectFrom("plans").select("id").execute();
    expect(kept.map(({ id }) => id).sort()).toEqual([...ids].sort());
  }, 60_000);

  test("a database made by a newer version is refused, with the way out", async () => {
    const db = await database();
    await sql`insert into headroom_schema (version, name) values (${MIGRATIONS.length + 1}, 'to come')`.execute(db);
    await closeDatabases();
    await expect(savePlan(snapshot(1))).rejects.toMatchObject({
      code: "store_failed",
      message: expect.stringContaining("update Headroom"),
    });
  });
}
