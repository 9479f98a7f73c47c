/**
 * Brings plans and links of earlier schema versions up to the newest. A migration is numbered by the version it reads,
 * pure, and never edited after release: links in the wild depend on it.
 */

import { SCHEMA_VERSION } from "./plan";

export type PlanRecord = Readonly<Record<string, unknown>>;

/** `MIGRATIONS[n]` turns a plan of version n into one of version n + 1. Version 1 is the first that was released. */
export const MIGRATIONS: Readonly<Record<number, (plan: PlanRecord) => PlanRecord>> = {};

export type Migration =
  | { readonly kind: "current"; readonly plan: PlanRecord }
  | { readonly kind: "newer"; readonly version: number }
  /** No such version was ever released. */
  | { readonly kind: "unknown"; readonly version: unknown };

/**
 * @param input       a plan of any version; one without a version is read as the newest
 * @param migrations  and `newest` are given by tests only
 */
export function migrate(
  input: PlanRecord,
  migrations: Readonly<Record<number, (plan: PlanRecord) => PlanRecord>> = MIGRATIONS,
  newest: number = SCHEMA_VERSION,
): Migration {
  const version = input.schemaVersion === undefined ? newest : input.schemaVersion;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return { kind: "unknown", version };
  if (version > newest) return { kind: "newer", version };
  let plan = input;
  for (let from = version; from < newest; from++) {
    const step = migrations[from];
    if (step === undefined) return { kind: "unknown", version };
    plan = { ...step(plan), schemaVersion: from + 1 };
  }
  return { kind: "current", plan };
}
