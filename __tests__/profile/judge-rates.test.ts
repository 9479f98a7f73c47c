import fc from "fast-check";
import { fitRates, RATE_NAMES, type TimedLoad } from "@/lib/engine/onnxruntime/fit-rates";
import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { type RuntimeRates, secondsOf } from "@/lib/engine/onnxruntime/step-load";
import { type JudgedRates, judgeRates, secondsRange } from "@/lib/profile/judge-rates";
import { cardSteps } from "../support/card-steps";
import { LOADS, stepsAt } from "../support/timed-steps";

function slower(factor: number): RuntimeRates {
  return {
    flopsPerSecond: CPU_RATES.flopsPerSecond / factor,
    memoryBytesPerSecond: CPU_RATES.memoryBytesPerSecond / factor,
    secondsPerNode: CPU_RATES.secondsPerNode * factor,
  };
}

/** One of each kind, each of a plan of its own. */
function timed(rates: RuntimeRates, error = 0): TimedLoad[] {
  return stepsAt(rates).map(({ load, seconds, plan }) => ({ load, seconds, error, plan: String(plan) }));
}

function judged(measurements: readonly TimedLoad[], assumed = CPU_RATES): JudgedRates {
  const judgement = judgeRates(measurements, assumed, RATE_NAMES);
  if (judgement.kind !== "judged") throw new Error(`contradictory, ${judgement.error}`);
  return judgement.judged;
}

const slowness = fc.double({ min: 0.3, max: 4, noNaN: true });

test("a machine that is slower in everything is found out, by one factor", () => {
  fc.assert(
    fc.property(slowness, (factor) => {
      const found = judged(timed(slower(factor)));
      expect(secondsOf(LOADS.all, found.rates) / secondsOf(LOADS.all, slower(factor))).toBeCloseTo(1, 1);
      if (Math.abs(Math.log(factor)) > 0.1) expect(found.model).not.toBe("assumed");
    }),
    { numRuns: 30 },
  );
});

test("one step that took several times too long hardly moves what is predicted, whichever it is", () => {
  const wild = fc.double({ min: 2.5, max: 12, noNaN: true });
  fc.assert(
    fc.property(slowness, wild, fc.integer({ min: 0, max: 3 }), (factor, disturbed, index) => {
      const steps = timed(slower(factor)).map((step, i) =>
        i === index ? { ...step, seconds: step.seconds * disturbed } : step,
      );
      const off = secondsOf(LOADS.all, judged(steps).rates) / secondsOf(LOADS.all, slower(factor));
      expect(Math.abs(Math.log(off))).toBeLessThan(0.2);
    }),
    { numRuns: 60 },
  );
});

test("two plans that would need machines several times apart are refused, with how far", () => {
  const [a, b] = timed(CPU_RATES);
  if (a === undefined || b === undefined) throw new Error("two steps are compared");
  const judgement = judgeRates([a, { ...b, seconds: 5 * b.seconds }], CPU_RATES, RATE_NAMES);
  expect(judgement).toMatchObject({ kind: "contradictory", error: expect.any(Number) });
});

test("a noisy measurement counts for less than a calm one", () => {
  const [a, b] = [LOADS.all, LOADS.all].map((load) => ({ load, seconds: secondsOf(load, CPU_RATES), plan: "a" }));
  if (a === undefined || b === undefined) throw new Error("two steps are compared");
  const withError = (error: number) => {
    const { rates } = fitRates([a, { ...b, plan: "b", seconds: 1.3 * b.seconds, error }], CPU_RATES);
    return secondsOf(LOADS.all, rates) / secondsOf(LOADS.all, CPU_RATES);
  };
  expect(withError(1)).toBeLessThan(withError(0.3));
  expect(withError(0.3)).toBeLessThan(withError(0));
  expect(withError(1)).toBeLessThan(1.03);
});

test("batch sizes of one plan are one witness", () => {
  const { rates: once } = fitRates([{ load: LOADS.all, seconds: 0.2, plan: "a" }], CPU_RATES);
  const same = Array.from({ length: 5 }, () => ({ load: LOADS.all, seconds: 0.2, plan: "a" }));
  const { rates: often } = fitRates(same, CPU_RATES);
  expect(secondsOf(LOADS.all, often)).toBeCloseTo(secondsOf(LOADS.all, once), 4);
});

test("the range holds what is likely, and is wider of fewer measurements, of noisier, and of such as agree less", () => {
  const width = (measurements: readonly TimedLoad[]) => {
    const { low, likely, high } = secondsRange(LOADS.all, judged(measurements));
    expect(low).toBeLessThan(likely);
    return high / likely;
  };
  const many = timed(slower(2));
  expect(width(many.slice(0, 2))).toBeGreaterThan(width(many));
  expect(width(timed(slower(2), 0.5))).toBeGreaterThan(width(many));
  const apart = many.map((step, i) => ({ ...step, seconds: step.seconds * (i % 2 === 0 ? 0.8 : 1.25) }));
  expect(width(apart)).toBeGreaterThan(width(many));
});

test("rates that no measurement speaks of stay, and are not what moves the others", () => {
  const [step] = timed(slower(2));
  if (step === undefined) throw new Error("there is a step");
  const { rates, covariance } = fitRates([step], CPU_RATES, { free: ["flopsPerSecond"], together: true });
  expect(rates.memoryBytesPerSecond).toBe(CPU_RATES.memoryBytesPerSecond);
  expect(CPU_RATES.flopsPerSecond / rates.flopsPerSecond).toBeGreaterThan(1.8);
  expect(covariance[1]).toEqual([0, 0, 0]);
});

describe("on the steps of an H100", () => {
  const { fit, check, assumed } = cardSteps("fp32");
  const middleError = (rates: RuntimeRates) => {
    const errors = check.map(({ load, seconds }) => Math.abs(secondsOf(load, rates) / seconds - 1));
    return errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)] ?? Number.NaN;
  };

  test("what is assumed was fitted on that card, and is kept", () => {
    expect(judged(fit, assumed).model).toBe("assumed");
    expect(judged([...fit, ...check], assumed).model).toBe("assumed");
  });

  test("from rates of half or twice the card's, some of its steps bring predictions of the others as near as what was fitted on it", () => {
    for (const factor of [0.5, 0.7, 1.4, 2]) {
      const wrong = {
        flopsPerSecond: assumed.flopsPerSecond * factor,
        memoryBytesPerSecond: assumed.memoryBytesPerSecond * factor,
        secondsPerNode: assumed.secondsPerNode / factor,
      };
      const { rates, model } = judged(fit, wrong);
      expect(model).toBe("together");
      expect(middleError(wrong)).toBeGreaterThan(middleError(assumed) + 0.05);
      expect(middleError(rates)).toBeLessThan(middleError(assumed) + 0.02);
    }
  });
});
