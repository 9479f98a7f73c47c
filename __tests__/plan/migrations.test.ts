import { MIGRATIONS, migrate, type PlanRecord } from "../../lib/plan/migrations";
import { SCHEMA_VERSION } from "../../lib/plan/plan";

const renameBatch = ({ batch, ...rest }: PlanRecord): PlanRecord => ({ ...rest, perDeviceBatchSize: batch });
const addModel = (plan: PlanRecord): PlanRecord => ({ model: "ViT-B-32", ...plan });

test("every version ever released can be brought to the newest", () => {
  const needed = Array.from({ length: SCHEMA_VERSION - 1 }, (_, index) => String(index + 1));
  expect(Object.keys(MIGRATIONS)).toEqual(needed);
});

test("a plan takes every step from its version on, and no earlier one", () => {
  const steps = { 1: renameBatch, 2: addModel };
  expect(migrate({ schemaVersion: 1, batch: 8 }, steps, 3)).toEqual({
    kind: "current",
    plan: { schemaVersion: 3, model: "ViT-B-32", perDeviceBatchSize: 8 },
  });
  expect(migrate({ schemaVersion: 2, batch: 8 }, steps, 3)).toEqual({
    kind: "current",
    plan: { schemaVersion: 3, model: "ViT-B-32", batch: 8 },
  });
});

test("a plan without a version is read as the newest", () => {
  expect(migrate({ batch: 8 }, { 1: renameBatch }, 2)).toEqual({ kind: "current", plan: { batch: 8 } });
});

test("migrating leaves the given plan alone", () => {
  const given = Object.freeze({ schemaVersion: 1, batch: 8 });
  migrate(given, { 1: renameBatch }, 2);
  expect(given).toEqual({ schemaVersion: 1, batch: 8 });
});

test("a newer version and one that never was are told apart", () => {
  expect(migrate({ schemaVersion: 4 }, {}, 3)).toEqual({ kind: "newer", version: 4 });
  for (const schemaVersion of [0, -1, 1.5, "1", null, Number.NaN]) {
    expect(migrate({ schemaVersion }, {}, 3)).toEqual({ kind: "unknown", version: schemaVersion });
  }
});
