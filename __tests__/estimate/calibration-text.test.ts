import fc from "fast-check";
import { type CardCalibration, MEASURED_UNITS } from "@/lib/estimate/calibration";
import { calibrationText, LONGEST_CALIBRATION, readCalibration } from "@/lib/estimate/calibration-text";
import { estimatePlan } from "@/lib/estimate/plan";
import { parsed } from "../support/measured-devices";
import { TODAY } from "../support/today";

const count = fc.integer({ min: 1, max: 500 });
const factor = fc.double({ min: 0.05, max: 20, noNaN: true }).map((value) => Number(value.toPrecision(4)));
const measured = fc.record({ factor, measurementCount: count });

const day = fc
  .date({ min: new Date("2026-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const calibrations: fc.Arbitrary<CardCalibration> = fc.record(
  {
    gpuId: fc.constantFrom("h100-sxm5-80gb", "rtx-4090"),
    products: fc
      .subarray([...MEASURED_UNITS])
      .chain((units) => fc.tuple(...units.map((unit) => measured.map((each) => ({ ...each, unit }))))),
    bandwidth: fc.option(measured),
    launch: measured,
    contextBytes: fc.option(fc.record({ bytes: fc.integer({ min: 1, max: 2 ** 32 }), measurementCount: count })),
    measurementCount: count,
    spread: fc.double({ min: 0, max: 3, noNaN: true }).map((value) => Number(value.toFixed(4))),
    measuredOn: day,
  },
  { requiredKeys: ["gpuId", "products", "bandwidth", "contextBytes", "measurementCount", "spread"] },
);

test("a calibration comes back from a link as it was, and needs no letter that a link would write otherwise", () => {
  fc.assert(
    fc.property(calibrations, (calibration) => {
      const text = calibrationText(calibration);
      expect(readCalibration(text)).toEqual({ ok: true, calibration });
      expect(encodeURIComponent(text).replaceAll("%2C", ",")).toBe(text);
      expect(text.length).toBeLessThan(LONGEST_CALIBRATION);
    }),
  );
});

test("the text that an estimate holds gives the same figures again", () => {
  const plan = parsed({ model: "ViT-L-14", precision: "amp", perDeviceBatchSize: 128 });
  const calibration: CardCalibration = {
    gpuId: "h100-sxm5-80gb",
    products: [{ unit: "fp16", factor: 0.8123, measurementCount: 4 }],
    bandwidth: { factor: 0.9, measurementCount: 6 },
    launch: { factor: 1.2, measurementCount: 3 },
    contextBytes: { bytes: 1_000_000_000, measurementCount: 6 },
    measurementCount: 6,
    spread: 0.04,
  };
  const first = estimatePlan(plan, { today: TODAY, calibration });
  const read = readCalibration(first.calibration?.text ?? "");
  if (!read.ok) throw new Error(read.message);
  expect(estimatePlan(plan, { today: TODAY, calibration: read.calibration })).toEqual(first);
});

test.each([
  ["", /begin with a card/],
  ["H100,steps_2,spread_0.1", /begin with a card/],
  ["h100-sxm5-80gb", /must say steps and spread/],
  ["h100-sxm5-80gb,fp16_0.8,steps_2,spread_0.1", /how many measurements/],
  ["h100-sxm5-80gb,fp16_0_4,steps_2,spread_0.1", /not a factor from/],
  ["h100-sxm5-80gb,fp16_1000_4,steps_2,spread_0.1", /not a factor from/],
  ["h100-sxm5-80gb,fp16_-1_4,steps_2,spread_0.1", /not a factor from/],
  ["h100-sxm5-80gb,fp16_1_4,fp16_1_4,steps_2,spread_0.1", /fp16 twice/],
  ["h100-sxm5-80gb,bf16_1_4,steps_2,spread_0.1", /none of fp32, tf32, fp16/],
  ["h100-sxm5-80gb,context_1e99_4,steps_2,spread_0.1", /no number of bytes/],
  ["h100-sxm5-80gb,steps_0,spread_0.1", /no number of measurements/],
  ["h100-sxm5-80gb,steps_2,spread_0.1,on_20261301", /is no day/],
  ["h100-sxm5-80gb,steps_2,spread_0.1,on_20260231", /is no day/],
  ["h100-sxm5-80gb,fp16_1_4_5,steps_2,spread_0.1", /too many parts/],
  [`h100-sxm5-80gb,${"x".repeat(LONGEST_CALIBRATION)}`, /more than 300 characters/],
])("%s is refused with the reason", (text, message) => {
  expect(readCalibration(text)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});
