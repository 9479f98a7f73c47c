import { TODAY } from "@/__tests__/support/today";
import { GPUS } from "@/lib/catalogue/gpus";
import { estimatePlan } from "@/lib/estimate/plan";
import { recommend } from "@/lib/estimate/recommend";
import type { Goal, RecommendationFilter, RecommendationRow } from "@/lib/estimate/recommendation";
import { type ParsedPlan, parsePlan } from "@/lib/plan/parse-plan";
import { HOUR_SECONDS } from "@/lib/units";

function parsed(input: Readonly<Record<string, unknown>> = {}): ParsedPlan {
  const plan = parsePlan({ model: "ViT-B-32", perDeviceBatchSize: 64, precision: "amp", ...input });
  if (!plan.ok) throw new Error(JSON.stringify(plan.issues));
  return plan;
}

const ask = (goal: Goal, filter: RecommendationFilter = {}, input = {}) =>
  recommend(parsed(input), { goal, filter, today: TODAY });

const usd = ({ cost, totalSeconds }: RecommendationRow) =>
  cost === null || totalSeconds === null
    ? Number.POSITIVE_INFINITY
    : (totalSeconds.likely / HOUR_SECONDS) * (cost.offer?.totalUsdPerHour ?? 0);

test("every GPU of the catalogue is considered alone and in twos, fours and eights, the chapter's thirteen among them", () => {
  const { rows, consideredCount } = ask("cheapest");
  expect(consideredCount).toBe(GPUS.length * 4);
  expect(rows).toHaveLength(consideredCount);
  expect(new Set(rows.filter(({ inChapter }) => inChapter).map(({ gpuId }) => gpuId)).size).toBe(13);
});

test("the best by each goal is beaten by no row that fits", () => {
  for (const goal of ["cheapest", "fastest", "best_value"] as const) {
    const { rows, best } = ask(goal);
    const seconds = (row: RecommendationRow) => row.totalSeconds?.likely ?? Number.POSITIVE_INFINITY;
    const measure = (row: RecommendationRow) =>
      goal === "cheapest" ? usd(row) : goal === "fastest" ? seconds(row) : seconds(row) * usd(row);
    const fitting = rows.filter(({ verdict }) => verdict === "fits");
    expect(best?.row.verdict).toBe("fits");
    if (best !== null) for (const row of fitting) expect(measure(row)).toBeGreaterThanOrEqual(measure(best.row));
  }
});

test("no row is both quicker and cheaper than one on the front, and rows off it are beaten by one on it", () => {
  const { rows } = ask("cheapest");
  const contenders = rows.filter((row) => row.verdict === "fits" && row.totalSeconds !== null && row.cost !== null);
  const beats = (a: RecommendationRow, b: RecommendationRow) =>
    (a.totalSeconds?.likely ?? 0) <= (b.totalSeconds?.likely ?? 0) && usd(a) <= usd(b);
  const front = contenders.filter(({ onFront }) => onFront);
  for (const row of contenders) {
    const isBeaten = front.some((other) => other !== row && beats(other, row));
    expect(isBeaten).toBe(!row.onFront);
  }
});

test("a row says what the estimate of that card says: time to the digit, memory within two percent", () => {
  const { rows } = ask("fastest", { deviceCounts: [1] });
  for (const gpu of ["rtx-4090", "a100-sxm4-80gb", "h100-sxm5-80gb", "t4"]) {
    const row = rows.find(({ gpuId }) => gpuId === gpu);
    const estimate = estimatePlan(parsed({ gpu }), { today: TODAY });
    expect(row?.totalSeconds?.likely).toBeCloseTo(estimate.time?.totalSeconds.likely ?? Number.NaN, 6);
    const [here, there] = [row?.deviceBytes.likely ?? 0, estimate.memory.deviceBytes.likely];
    expect(Math.abs(here - there) / there).toBeLessThan(0.02);
    expect(row?.verdict).toBe(estimate.memory.verdict);
  }
});

test("a row costs what the estimate of that card and number costs, on machines that hold them all", () => {
  const { rows } = ask("cheapest");
  for (const deviceCount of [1, 2, 8]) {
    for (const gpu of ["rtx-4090", "a100-sxm4-80gb", "h100-sxm5-80gb", "titan-rtx"]) {
      const row = rows.find((each) => each.gpuId === gpu && each.deviceCount === deviceCount);
      const { cost } = estimatePlan(parsed({ gpu, deviceCount }), { today: TODAY });
      expect(row?.cost?.offer?.provider).toBe(cost[0]?.offer?.provider);
      expect(row?.cost?.usd.likely).toBe(cost[0]?.usd.likely);
      for (const { offer } of cost) expect(offer?.gpuCount).toBeGreaterThanOrEqual(deviceCount);
    }
  }
});

test("changes are told of cards that are too small while others fit, in the fewest that are considered", () => {
  const options = { goal: "cheapest", today: TODAY, changes: true } as const;
  const large = parsed({ model: "ViT-H-14", perDeviceBatchSize: 64 });
  const { best, rows, fittingChanges } = recommend(large, { ...options, filter: { deviceCounts: [2, 4] } });
  expect(best).not.toBeNull();
  expect(fittingChanges.length).toBeGreaterThan(0);
  for (const { gpuId, deviceCount } of fittingChanges) {
    expect(deviceCount).toBe(2);
    expect(rows.find((row) => row.gpuId === gpuId && row.deviceCount === 2)?.verdict).not.toBe("fits");
  }
  expect(ask("cheapest", {}, { model: "ViT-H-14" }).fittingChanges).toEqual([]);
});

test("a run of less than half a cent is not told to be free, and one at no price is", () => {
  const short = { trainSampleCount: 100, validationSampleCount: 0, epochs: 1 };
  expect(ask("cheapest", { deviceCounts: [1] }, short).best?.reason).toMatch(/for \$0\.00\d*[1-9]\.$/);
  expect(ask("cheapest", { deviceCounts: [1] }, { ...short, pricePerGpuHour: 0 }).best?.reason).toMatch(
    /for \$0\.00\.$/,
  );
});

test("filters keep their promises", () => {
  const filter = { vendors: ["NVIDIA"], bf16: true, deviceCounts: [1, 2], highestUsdPerHour: 3, deadlineSeconds: 3600 };
  const { rows } = ask("cheapest", filter);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row.vendor).toBe("NVIDIA");
    expect(row.bf16).toBe(true);
    expect([1, 2]).toContain(row.deviceCount);
    expect(row.cost?.offer?.totalUsdPerHour).toBeLessThanOrEqual(3);
    expect(row.totalSeconds?.likely).toBeLessThanOrEqual(3600);
  }
  expect(new Set(ask("cheapest", { owned: ["t4"] }).rows.map(({ gpuId }) => gpuId))).toEqual(new Set(["t4"]));
});

test("when nothing fits there is no best, and each card is told the gentlest change that would do", () => {
  const { best, fittingChanges } = ask(
    "cheapest",
    { owned: ["rtx-3090"] },
    { model: "ViT-H-14", perDeviceBatchSize: 64 },
  );
  expect(best).toBeNull();
  expect(fittingChanges).toHaveLength(1);
  expect(fittingChanges[0]).toMatchObject({ gpuId: "rtx-3090", change: { verdict: "fits" } });
});

test("bf16 on emulating cards has no time and is never recommended", () => {
  const { rows, best } = ask("cheapest", {}, { precision: "amp_bf16" });
  const turing = rows.filter(({ gpuId }) => gpuId === "t4");
  expect(turing).toHaveLength(4);
  for (const row of turing) expect(row.noTime?.precisions).toEqual(["amp"]);
  expect(best?.row.bf16).toBe(true);
});

describe("measurements of a card", () => {
  const calibration = {
    gpuId: "h100-sxm5-80gb",
    products: [{ unit: "fp16" as const, factor: 0.5, measurementCount: 4 }],
    bandwidth: { factor: 0.5, measurementCount: 6 },
    contextBytes: { bytes: 2_000_000_000, measurementCount: 6 },
    measurementCount: 6,
    spread: 0.04,
  };
  const key = ({ gpuId, deviceCount }: RecommendationRow) => `${gpuId} ${deviceCount}`;
  const options = { goal: "cheapest", filter: { deviceCounts: [1, 8] }, today: TODAY } as const;
  // Without loading to wait for, the card is what a step takes.
  const plan = parsed({ loaderWorkers: 256, storageBytesPerSecond: 1e11 });

  test("change its own rows as they change its estimate, and not a digit of any other card's", () => {
    const before = new Map(recommend(plan, options).rows.map((row) => [key(row), { ...row, onFront: false }]));
    const { rows, calibration: said } = recommend(plan, { ...options, calibration });
    expect(said).toMatchObject({ gpu: "NVIDIA H100 SXM5 80GB", measurementCount: 6 });
    for (const row of rows) {
      if (row.gpuId !== calibration.gpuId) expect({ ...row, onFront: false }).toEqual(before.get(key(row)));
    }
    const own = rows.find((row) => key(row) === "h100-sxm5-80gb 1");
    const estimate = estimatePlan(parsed({ ...plan.plan, gpu: calibration.gpuId }), { today: TODAY, calibration });
    expect(own?.isMeasured).toBe(true);
    expect(own?.totalSeconds?.likely).toBeCloseTo(estimate.time?.totalSeconds.likely ?? Number.NaN, 6);
    expect(own?.deviceBytes.likely).not.toBe(before.get("h100-sxm5-80gb 1")?.deviceBytes.likely);
  });

  test("of a card that is not looked at change nothing, and the answer says so", () => {
    const filter = { owned: ["rtx-4090"] };
    const { rows, calibration: said, noCalibration } = recommend(plan, { ...options, filter, calibration });
    expect(said).toBeUndefined();
    expect(noCalibration).toBe(
      "the measurements are of NVIDIA H100 SXM5 80GB, which is not among the cards that were looked at",
    );
    expect(rows.some(({ isMeasured }) => isMeasured === true)).toBe(false);
  });
});
