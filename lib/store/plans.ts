/** Plans stored under an id, with the numbers they had when they were saved. They are never changed. */

import type { Estimate } from "../estimate/estimate";
import type { Plan } from "../plan/plan";
import { database } from "./database";
import { isId, randomId } from "./random-id";
import { attempt } from "./store-error";

/** What was saved. `plan` and `estimate` may be of an older version, so they are read as input from outside. */
export interface StoredPlan {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly schemaVersion: number;
  readonly modelVersion: string;
  readonly plan: unknown;
  readonly estimate: unknown;
}

/**
 * Stores a plan with its estimate.
 *
 * @returns the id, which is all that is needed to read it: whoever has the link may see the plan
 * @throws {StoreError} when the database is down or refuses
 */
export async function savePlan(snapshot: {
  readonly plan: Plan;
  readonly estimate: Estimate;
}): Promise<{ id: string }> {
  const id = randomId();
  const db = await database();
  await attempt("save a plan", () =>
    db
      .insertInto("plans")
      .values({
        id,
        created_at: new Date().toISOString(),
        schema_version: snapshot.plan.schemaVersion,
        model_version: snapshot.estimate.modelVersion,
        plan: JSON.stringify(snapshot.plan),
        estimate: JSON.stringify(snapshot.estimate),
      })
      .execute(),
  );
  return { id };
}

/**
 * Reads a stored plan.
 *
 * @returns null when no plan has this id, whatever the id looks like
 * @throws {StoreError} when the database is down or refuses
 */
export async function loadPlan(id: string): Promise<StoredPlan | null> {
  if (!isId(id)) return null;
  const db = await database();
  const row = await attempt("load a plan", () =>
    db.selectFrom("plans").selectAll().where("id", "=", id).executeTakeFirst(),
  );
  if (row === undefined) return null;
  return {
    id: row.id,
    createdAt: row.created_at,
    schemaVersion: row.schema_version,
    modelVersion: row.model_version,
    plan: JSON.parse(row.plan),
    estimate: JSON.parse(row.estimate),
  };
}
