/** Validations: what waits, what runs and what came of it. All processes of a server share them, and they outlive it. */

import { type Selectable, sql } from "kysely";
import type { QueueStore } from "../profile/queue-store";
import { remarksOf } from "../profile/remarks";
import { fitLine } from "../profile/statistics";
import type {
  Device,
  Validation,
  ValidationProgress,
  ValidationRequest,
  ValidationResult,
  ValidationState,
  ValidationStateKind,
} from "../profile/validation";
import { unreachedRow } from "../profile/validation-row";
import { database, type Tables } from "./database";
import { isId, randomId } from "./random-id";
import { attempt, StoreError } from "./store-error";

type Row = Selectable<Tables["validations"]>;

/** The column `outcome`: everything that changes while a validation goes on. */
interface StoredOutcome {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly progress: ValidationProgress | null;
  /** Why it ended otherwise than done. */
  readonly reason: string | null;
  readonly result: ValidationResult;
}

/** A validation as it stands, and a number that grows whenever a reader would notice a change. */
export interface ValidationReading {
  readonly validation: Validation;
  readonly revision: number;
}

/**
 * Puts a request at the end of the queue of a machine.
 *
 * @param queueLength  how many may wait there
 * @returns its id, or null when the queue is full
 * @throws {StoreError} when the database is down or refuses
 */
export async function addValidation(
  request: ValidationRequest,
  host: string,
  queueLength: number,
): Promise<string | null> {
  const id = randomId();
  const now = new Date().toISOString();
  const outcome = JSON.stringify(nothingYet(request));
  const db = await database();
  // One statement, so that two requests at once cannot both take the last place.
  const added = await attempt("queue a validation", () =>
    sql<{ id: string }>`
      insert into validations
        (id, place, host, device, state, owner, alive_at, cancel_requested, revision, created_at, request, outcome)
      select ${id}, (select coalesce(max(place), 0) + 1 from validations), ${host}, ${request.device}, 'queued', null,
        ${now}, 0, 1, ${now}, ${JSON.stringify(request)}, ${outcome}
      where (select count(*) from validations where host = ${host} and state = 'queued') < ${sql.lit(queueLength)}
      returning id`.execute(db),
  );
  return added.rows.length === 0 ? null : id;
}

/**
 * @returns null when no validation has this id, whatever the id looks like
 * @throws {StoreError} when the database is down or refuses
 */
export async function loadValidation(id: string): Promise<ValidationReading | null> {
  if (!isId(id)) return null;
  const db = await database();
  return attempt("load a validation", async () => {
    const row = await db.selectFrom("validations").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) return null;
    return readingOf(row, row.state === "queued" ? await queuePositions() : NO_POSITIONS);
  });
}

/** The newest first. @throws {StoreError} when the database is down or refuses */
export async function listValidations(limit: number): Promise<readonly Validation[]> {
  const db = await database();
  return attempt("list validations", async () => {
    const newest = db.selectFrom("validations").selectAll().orderBy("place", "desc").orderBy("id").limit(limit);
    const rows = await newest.execute();
    const positions = await queuePositions();
    return rows.map((row) => readingOf(row, positions).validation);
  });
}

/**
 * Those of a device that have ended, with whatever was measured by then, the newest first.
 *
 * @throws {StoreError} when the database is down or refuses
 */
export async function listEnded(device: Device, limit: number): Promise<readonly Validation[]> {
  const db = await database();
  return attempt("list validations that have ended", async () => {
    const ended = db.selectFrom("validations").selectAll().where("device", "=", device);
    const newest = ended.where("state", "not in", ["queued", "running"]).orderBy("place", "desc").orderBy("id");
    return (await newest.limit(limit).execute()).map((row) => readingOf(row, NO_POSITIONS).validation);
  });
}

/**
 * A run that waits is cancelled at once, one that runs is asked to end, and one that has ended stays as it is.
 *
 * @returns null when no validation has this id
 * @throws {StoreError} when the database is down or refuses
 */
export async function cancelValidation(id: string): Promise<ValidationReading | null> {
  const found = await loadValidation(id);
  if (found === null) return null;
  const { state } = found.validation;
  const db = await database();
  await attempt("cancel a validation", async () => {
    if (state.kind === "queued") {
      const outcome = JSON.stringify({
        ...nothingYet(found.validation),
        endedAt: new Date().toISOString(),
        reason: "It was cancelled before it ran.",
      });
      const waiting = db.updateTable("validations").where("id", "=", id).where("state", "=", "queued");
      await waiting.set({ state: "cancelled", outcome, revision: found.revision + 1 }).execute();
    }
    // It may have begun to run just now.
    await db
      .updateTable("validations")
      .set({ cancel_requested: 1 })
      .where("id", "=", id)
      .where("state", "=", "running")
      .execute();
  });
  return loadValidation(id);
}

/** What the queue does with the table. */
export const validationQueueStore: QueueStore = {
  async claim(host, device, owner) {
    const now = new Date().toISOString();
    const db = await database();
    try {
      return await attempt("claim a validation", async () => {
        const claimed = await sql<Row>`
          update validations set state = 'running', owner = ${owner}, alive_at = ${now}, revision = revision + 1
          where id = (
              select id from validations where host = ${host} and device = ${device} and state = 'queued'
              order by place, id limit 1
            )
            and state = 'queued'
            and not exists (
              select 1 from validations where host = ${host} and device = ${device} and state = 'running'
            )
          returning *`.execute(db);
        const [row] = claimed.rows;
        if (row === undefined) return null;
        const request = requestIn(row);
        const outcome = JSON.stringify({ ...outcomeIn(row), startedAt: now });
        await db.updateTable("validations").set({ outcome }).where("id", "=", row.id).execute();
        return { id: row.id, request };
      });
    } catch (error) {
      // Another process was a moment quicker.
      if (error instanceof StoreError && isUniqueViolation(error.cause)) return null;
      throw error;
    }
  },

  async keepAlive(id, owner, news) {
    const db = await database();
    const row = await attempt("keep a validation alive", async () => {
      const own = db.updateTable("validations").where("id", "=", id).where("owner", "=", owner);
      const beat = own.where("state", "=", "running").set({ alive_at: new Date().toISOString() });
      return beat.returningAll().executeTakeFirst();
    });
    if (row === undefined) return "lost";
    if (news !== null) {
      const outcome = JSON.stringify({ ...outcomeIn(row), progress: news.progress, result: news.result });
      await update(row, { outcome, revision: row.revision + 1 }, "store the progress of a validation");
    }
    return row.cancel_requested === 1 ? "cancel" : "continue";
  },

  async finish(id, owner, result, state) {
    const db = await database();
    return attempt("store a validation", async () => {
      const row = await db.selectFrom("validations").selectAll().where("id", "=", id).executeTakeFirst();
      if (row === undefined || row.owner !== owner) return false;
      const reason = state.kind === "done" ? null : state.reason;
      const endedAt = new Date().toISOString();
      const before = outcomeIn(row);
      const outcome = JSON.stringify({ ...before, endedAt, progress: null, reason, result: result ?? before.result });
      return update(row, { state: state.kind, owner: null, outcome, revision: row.revision + 1 }, "store a validation");
    });
  },

  async running(host) {
    const db = await database();
    const rows = await attempt("look for abandoned validations", () =>
      db.selectFrom("validations").selectAll().where("host", "=", host).where("state", "=", "running").execute(),
    );
    return rows.map(({ id, owner, alive_at }) => ({ id, owner: owner ?? "", aliveAt: new Date(alive_at) }));
  },

  async interrupt({ id, owner, aliveAt }, reason) {
    const db = await database();
    await attempt("mark an abandoned validation", async () => {
      const row = await db.selectFrom("validations").selectAll().where("id", "=", id).executeTakeFirst();
      if (row === undefined || row.owner !== owner || new Date(row.alive_at).getTime() !== aliveAt.getTime()) return;
      const outcome = JSON.stringify({ ...outcomeIn(row), endedAt: row.alive_at, progress: null, reason });
      await update(
        row,
        { state: "interrupted", owner: null, outcome, revision: row.revision + 1 },
        "mark an abandoned validation",
      );
    });
  },
};

/** Changes a running row unless somebody else did since it was read. @returns whether it did */
async function update(
  row: Row,
  values: Partial<Pick<Row, "state" | "owner" | "outcome" | "revision">>,
  purpose: string,
): Promise<boolean> {
  const db = await database();
  const unchanged = db
    .updateTable("validations")
    .where("id", "=", row.id)
    .where("owner", "=", row.owner)
    .where("revision", "=", row.revision);
  const updated = await attempt(purpose, () =>
    unchanged.where("state", "=", "running").set(values).returning("id").execute(),
  );
  return updated.length > 0;
}

const NO_POSITIONS: ReadonlyMap<string, number> = new Map();

/** The place of every waiting run in the queue of its device, from 1. */
async function queuePositions(): Promise<ReadonlyMap<string, number>> {
  const db = await database();
  const waiting = await db
    .selectFrom("validations")
    .select(["id", "host", "device"])
    .where("state", "=", "queued")
    .orderBy("place")
    .orderBy("id")
    .execute();
  const lengths = new Map<string, number>();
  return new Map(
    waiting.map(({ id, host, device }) => {
      const queue = `${device} ${host}`;
      const position = (lengths.get(queue) ?? 0) + 1;
      lengths.set(queue, position);
      return [id, position];
    }),
  );
}

function readingOf(row: Row, positions: ReadonlyMap<string, number>): ValidationReading {
  const request = requestIn(row);
  const { startedAt, endedAt, progress, reason, result } = outcomeIn(row);
  const validation: Validation = {
    schemaVersion: 1,
    id: row.id,
    createdAt: row.created_at,
    startedAt,
    endedAt,
    state: stateOf(row.state as ValidationStateKind, { position: positions.get(row.id), progress, reason }),
    ...request,
    ...result,
    remarks: remarksOf(request, result.machine),
  };
  return { validation, revision: row.revision };
}

function stateOf(
  kind: ValidationStateKind,
  known: {
    readonly position: number | undefined;
    readonly progress: ValidationProgress | null;
    readonly reason: string | null;
  },
): ValidationState {
  if (kind === "done") return { kind };
  // It left the queue between two queries: it is about to run.
  if (kind === "queued") return { kind, position: known.position ?? 1 };
  if (kind === "running") return { kind, progress: known.progress ?? NO_PROGRESS };
  return { kind, reason: known.reason ?? "" };
}

const NO_PROGRESS: ValidationProgress = { doneCount: 0, partCount: 0, doing: "it begins", batchSize: null };

function nothingYet({ batchSizes }: ValidationRequest): StoredOutcome {
  const none = fitLine([]);
  return {
    startedAt: null,
    endedAt: null,
    progress: null,
    reason: null,
    result: {
      machine: null,
      rows: batchSizes.map((batchSize) => unreachedRow(batchSize, "It has not been reached.")),
      lines: { inUsePeakBytes: none, stepSeconds: none },
      wallSeconds: null,
    },
  };
}

/** A parse boundary: this file alone writes the column. */
function requestIn(row: Row): ValidationRequest {
  return JSON.parse(row.request) as ValidationRequest;
}

function outcomeIn(row: Row): StoredOutcome {
  return JSON.parse(row.outcome) as StoredOutcome;
}

/** SQLSTATE 23505 of PostgreSQL; SQLite names the constraint. */
function isUniqueViolation(cause: unknown): boolean {
  const code = typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined;
  return code === "23505" || (typeof code === "string" && code.startsWith("SQLITE_CONSTRAINT"));
}
