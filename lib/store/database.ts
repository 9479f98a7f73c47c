/** The database behind stored plans: a SQLite file, or PostgreSQL when DATABASE_URL is set. */

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Kysely, PostgresDialect, SqliteDialect, sql } from "kysely";
import { migrate } from "./migrations";
import { attempt, StoreError } from "./store-error";

export interface Tables {
  readonly plans: {
    readonly id: string;
    /** ISO 8601, UTC. */
    readonly created_at: string;
    readonly schema_version: number;
    readonly model_version: string;
    /** JSON. */
    readonly plan: string;
    /** JSON. */
    readonly estimate: string;
  };
  readonly validations: {
    readonly id: string;
    /** Order of arrival. */
    readonly place: number;
    /** The machine that is to run it. */
    readonly host: string;
    readonly device: string;
    /** A `ValidationStateKind`. */
    readonly state: string;
    /** The process that runs it; null when none does. */
    readonly owner: string | null;
    /** ISO 8601, UTC: when the owner was last heard of. */
    readonly alive_at: string;
    /** 0 or 1. */
    readonly cancel_requested: number;
    /** Grows with every change that a reader would notice. */
    readonly revision: number;
    /** ISO 8601, UTC. */
    readonly created_at: string;
    /** JSON of the request, never changed. */
    readonly request: string;
    /** JSON of what came of it so far. */
    readonly outcome: string;
  };
}

const DEFAULT_FILE = ".data/headroom.db";
const BUSY_LIMIT_MS = 5_000;
const CONNECT_LIMIT_MS = 5_000;
const QUERY_LIMIT_MS = 10_000;
const POSTGRES_CONNECTIONS = 8;

const open = new Map<string, Promise<Kysely<Tables>>>();

/**
 * The database that the environment names, opened at its first use and kept open: `DATABASE_URL`
 * (`postgresql://…`), or the file `HEADROOM_DB`, or `.data/headroom.db` under the working directory.
 *
 * @throws {StoreError} when it cannot be opened or migrated; the next call tries again
 */
export function database(): Promise<Kysely<Tables>> {
  const url = process.env.DATABASE_URL ?? "";
  const file = process.env.HEADROOM_DB || DEFAULT_FILE;
  const location = url === "" ? file : url;
  const known = open.get(location);
  if (known !== undefined) return known;

  const opening = attempt("open the database", () => (url === "" ? openSqlite(file) : openPostgres(url)));
  open.set(location, opening);
  // A failure must not be remembered: the database may be up again at the next call.
  opening.catch(() => open.delete(location));
  return opening;
}

/** Closes every database that this process has open. */
export async function closeDatabases(): Promise<void> {
  const closing = [...open.values()];
  open.clear();
  for (const opened of await Promise.allSettled(closing)) {
    if (opened.status === "fulfilled") await opened.value.destroy();
  }
}

async function openSqlite(file: string): Promise<Kysely<Tables>> {
  const folder = path.dirname(path.resolve(file));
  await mkdir(folder, { recursive: true });
  const { default: Libsql } = await import("libsql");
  const connection = new Libsql(path.resolve(file));
  const opened = new Kysely<Tables>({ dialect: new SqliteDialect({ database: connection }) });
  return migrated(opened, "sqlite", async () => {
    // First of all: until it is set, meeting another process is an error at once.
    await sql`pragma busy_timeout = ${sql.lit(BUSY_LIMIT_MS)}`.execute(opened);
    // Readers and one writer at the same time, in as many processes as there are.
    await sql`pragma journal_mode = wal`.execute(opened);
    // With a write-ahead log this loses nothing but the last moments before a power failure.
    await sql`pragma synchronous = normal`.execute(opened);
  });
}

async function openPostgres(url: string): Promise<Kysely<Tables>> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    // The value may hold a password, so the message does not repeat it.
    throw new StoreError(
      "store_failed",
      "DATABASE_URL does not start with postgresql://; unset it to use a SQLite file",
    );
  }
  const { Pool } = await import("pg");
  const pool = new Pool({
    connectionString: url,
    max: POSTGRES_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: QUERY_LIMIT_MS,
    statement_timeout: QUERY_LIMIT_MS,
  });
  // A server that goes away must not end this process. The pool hears of idle connections, each connection in use
  // of itself; in both cases the query under way, or the next one, reports it.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const opened = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return migrated(opened, "postgresql", async () => undefined);
}

async function migrated(
  opened: Kysely<Tables>,
  dialect: "sqlite" | "postgresql",
  prepare: () => Promise<void>,
): Promise<Kysely<Tables>> {
  try {
    await prepare();
    await migrate(opened, dialect);
    return opened;
  } catch (error) {
    await opened.destroy();
    throw error;
  }
}
