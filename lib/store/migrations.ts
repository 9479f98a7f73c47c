/** The schema of the database, as the steps that lead to it. A released step is never edited; a change is a new step. */

import { type Kysely, sql } from "kysely";
import { StoreError } from "./store-error";

export interface Migration {
  readonly name: string;
  /** Understood by SQLite and PostgreSQL alike. */
  readonly statements: readonly string[];
}

/** Step n is at index n − 1. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: "stored plans",
    statements: [
      // JSON stays text: a stored number must come back digit for digit, in the order it was written.
      `create table plans (
         id text primary key,
         created_at text not null,
         schema_version integer not null,
         model_version text not null,
         plan text not null,
         estimate text not null
       )`,
    ],
  },
  {
    name: "validations",
    statements: [
      `create table validations (
         id text primary key,
         place integer not null,
         host text not null,
         device text not null,
         state text not null,
         owner text,
         alive_at text not null,
         cancel_requested integer not null,
         revision integer not null,
         created_at text not null,
         request text not null,
         outcome text not null
       )`,
      // One run for each device, however many processes of a server ask at once.
      "create unique index validations_running on validations (host, device) where state = 'running'",
      "create index validations_queued on validations (host, device, place) where state = 'queued'",
    ],
  },
];

// Any fixed number: it names our lock among those of other programs on the same PostgreSQL server.
const POSTGRES_LOCK = 7_235_091;

/**
 * Brings a database to the newest schema. Processes that start together wait for each other, and all but one find
 * nothing left to do.
 *
 * @throws {StoreError} when the database was made by a newer version of this program
 */
export async function migrate<Tables>(database: Kysely<Tables>, dialect: "sqlite" | "postgresql"): Promise<void> {
  await database.connection().execute(async (connection) => {
    const run = (statement: string) => sql.raw(statement).execute(connection);
    // SQLite's plain `begin` would let two processes read the version before either writes.
    await run(dialect === "sqlite" ? "begin immediate" : "begin");
    try {
      if (dialect === "postgresql") await run(`select pg_advisory_xact_lock(${POSTGRES_LOCK})`);
      await run("create table if not exists headroom_schema (version integer primary key, name text not null)");
      const newest = await sql<{ version: number | null }>`select max(version) as version from headroom_schema`.execute(
        connection,
      );
      const version = newest.rows[0]?.version ?? 0;
      if (version > MIGRATIONS.length) {
        throw new StoreError(
          "store_failed",
          `The database has schema ${version} and this version of Headroom knows up to ${MIGRATIONS.length}; ` +
            "update Headroom or use another database",
        );
      }
      for (const [offset, { name, statements }] of MIGRATIONS.slice(version).entries()) {
        for (const statement of statements) await run(statement);
        const reached = version + offset + 1;
        await sql`insert into headroom_schema (version, name) values (${reached}, ${name})`.execute(connection);
      }
      await run("commit");
    } catch (error) {
      // Where the connection is lost, this fails too; the first error is the one to tell.
      await run("rollback").catch(() => undefined);
      throw error;
    }
  });
}
