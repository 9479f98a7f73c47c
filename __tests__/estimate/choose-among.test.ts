import * as fc from "fast-check";
import { chooseAmong } from "@/lib/estimate/choose-among";
import { recommend } from "@/lib/estimate/recommend";
import { DEVICE_COUNTS, GOALS, type RecommendationFilter } from "@/lib/estimate/recommendation";
import { parsePlan } from "@/lib/plan/parse-plan";
import { GIB, HOUR_SECONDS } from "@/lib/units";

const TODAY = "2026-11-27";

function parsed() {
  const result = parsePlan({ model: "ViT-B-32", strategy: { kind: "linear_probe" } });
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result;
}

const all = recommend(parsed(), { goal: "cheapest", filter: {}, today: TODAY }).rows;

const filters: fc.Arbitrary<RecommendationFilter> = fc.record(
  {
    owned: fc.subarray(all.map(({ gpuId }) => gpuId)),
    vendors: fc.subarray(["NVIDIA", "AMD", "Apple"], { minLength: 1 }),
    deviceCounts: fc.subarray([...DEVICE_COUNTS], { minLength: 1 }),
    smallestMemoryBytes: fc.integer({ min: 8, max: 96 }).map((gibibytes) => gibibytes * GIB),
    bf16: fc.boolean(),
    highestUsdPerHour: fc.double({ min: 0.1, max: 30, noNaN: true }),
    highestUsd: fc.double({ min: 0.01, max: 5, noNaN: true }),
    deadlineSeconds: fc.double({ min: 60, max: 24 * HOUR_SECONDS, noNaN: true }),
  },
  { requiredKeys: [] },
);

test("a browser that has every row chooses as the server does", () => {
  for (const filter of [{}, { bf16: true, deviceCounts: [1] }, { highestUsd: 0.05 }, { vendors: ["AMD"] }]) {
    for (const goal of GOALS) {
      const answer = recommend(parsed(), { goal, filter, today: TODAY });
      expect(chooseAmong(all, goal, filter)).toEqual({ rows: answer.rows, best: answer.best });
    }
  }
}, 60_000);

test("whatever a filter leaves, nothing is both quicker and cheaper than a row of the front", () => {
  fc.assert(
    fc.property(filters, fc.constantFrom(...GOALS), (filter, goal) => {
      const { rows } = chooseAmong(all, goal, filter);
      const front = rows.filter(({ onFront }) => onFront);
      for (const row of front) {
        const beating = rows.filter(
          (other) =>
            other.verdict === "fits" &&
            other.totalSeconds !== null &&
            row.totalSeconds !== null &&
            other.cost !== null &&
            row.cost !== null &&
            other.totalSeconds.likely < row.totalSeconds.likely &&
            other.cost.usd.likely < row.cost.usd.likely,
        );
        expect(beating).toEqual([]);
      }
    }),
  );
});

test("choosing again among what was chosen changes nothing", () => {
  fc.assert(
    fc.property(filters, fc.constantFrom(...GOALS), (filter, goal) => {
      const once = chooseAmong(all, goal, filter);
      expect(chooseAmong(once.rows, goal, filter)).toEqual(once);
    }),
  );
});
