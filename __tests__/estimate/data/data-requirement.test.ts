import * as fc from "fast-check";
import { createDataRequirement } from "../../../lib/api/data-operations";
import { DATA_STRATEGY_NAMES } from "../../../lib/estimate/data/data-strategies";
import { askData } from "../../support/data-questions";

const PILOT = {
  classCount: 25,
  strategy: "lora",
  targetAccuracy: 0.85,
  zeroShotAccuracy: 0.62,
  pilot: [
    { shotsPerClass: 2, accuracy: 0.71 },
    { shotsPerClass: 4, accuracy: 0.75 },
    { shotsPerClass: 8, accuracy: 0.79 },
  ],
};

function codes(answer: { readonly caveats: readonly { readonly code: string }[] }): string[] {
  return answer.caveats.map(({ code }) => code);
}

test.each(["classification", "retrieval", "detection", "segmentation"])(
  "a pilot of %s is followed, whatever its strategy",
  (task) => {
    for (const strategy of DATA_STRATEGY_NAMES) {
      const { shotsPerClassNeeded, imagesNeeded } = askData({ ...PILOT, task, strategy });
      expect([typeof shotsPerClassNeeded?.low, typeof imagesNeeded?.low]).toEqual(["number", "number"]);
    }
  },
);

describe("with a pilot", () => {
  test("the need lies ahead of it, in shots and in images, and the next round is the likely need", () => {
    const { shotsPerClassNeeded, imagesNeeded, needStatus, nextRound, basis } = askData(PILOT);
    expect([basis, needStatus]).toEqual(["pilot", "predicted"]);
    expect(shotsPerClassNeeded?.likely).toBeGreaterThan(8);
    expect(imagesNeeded?.likely).toBe((shotsPerClassNeeded?.likely ?? 0) * 25);
    expect(nextRound.size).toBe(shotsPerClassNeeded?.likely);
  });

  test("there is no accuracy beyond four times its largest size, and the way out is said", () => {
    const { predictions } = askData({ ...PILOT, predictAtShotsPerClass: [32, 33] });
    expect(predictions[0]?.accuracy).not.toBeNull();
    expect(predictions[1]?.accuracy).toBeNull();
    expect(predictions[1]?.reason).toContain("collect 32 first");
  });

  test("a target that it cannot reach has a lower end, no likely figure and no upper bound", () => {
    const { shotsPerClassNeeded, needStatus, nextRound } = askData({ ...PILOT, targetAccuracy: 0.99 });
    expect(shotsPerClassNeeded).toEqual({ low: 32, likely: null, high: null });
    expect([needStatus, nextRound.size]).toEqual(["not_established", 32]);
  });

  test("a target between four and eight times its size is a plan for the next round, not a prediction", () => {
    const answer = askData({ ...PILOT, targetAccuracy: 0.87 });
    const { shotsPerClassNeeded, needStatus, nextRound } = answer;
    expect(shotsPerClassNeeded?.likely).toBeGreaterThan(32);
    expect([needStatus, nextRound.size, shotsPerClassNeeded?.high]).toEqual(["beyond_prediction", 32, null]);
  });

  test("a target that it has reached asks for nothing more", () => {
    const { needStatus, nextRound, nextAnnotation } = askData({ ...PILOT, targetAccuracy: 0.7 });
    expect([needStatus, nextRound.size, nextAnnotation]).toEqual(["reached", null, null]);
  });

  test("the same pilot in images gives the same need", () => {
    const pilot = PILOT.pilot.map(({ shotsPerClass, accuracy }) => ({ images: shotsPerClass * 25, accuracy }));
    const inImages = askData({ ...PILOT, pilot }).imagesNeeded?.likely ?? 0;
    const inShots = askData(PILOT).imagesNeeded?.likely ?? 1;
    // Whole shots are 25 images apart.
    expect(Math.abs(inImages - inShots)).toBeLessThanOrEqual(25);
  });

  test("points that fall, sizes too close and a test set that is not said are named", () => {
    const pilot = [
      { shotsPerClass: 10, accuracy: 0.7 },
      { shotsPerClass: 11, accuracy: 0.69 },
      { shotsPerClass: 12, accuracy: 0.71 },
    ];
    const found = codes(askData({ ...PILOT, pilot }));
    expect(found).toEqual(expect.arrayContaining(["pilot_falls", "sizes_too_close", "test_noise_not_included"]));
  });

  test("one that guessing beats, or that lies far from any curve, is named with its sizes", () => {
    const pilot = [0.4, 0.9, 0.5].map((accuracy, index) => ({ shotsPerClass: 2 ** index, accuracy }));
    const { caveats } = askData({ ...PILOT, classCount: 2, pilot });
    const textOf = (wanted: string) => caveats.find(({ code }) => code === wanted)?.text;
    expect(textOf("pilot_off_the_curve")).toMatch(/^At 1, 2, 4 shots/);
    expect(textOf("pilot_below_chance")).toMatch(/^At 1 shot the .+ 50 % that guessing among 2 classes/);
    expect(codes(askData(PILOT))).not.toEqual(expect.arrayContaining(["pilot_off_the_curve"]));
    expect(codes(askData({ ...PILOT, classCount: 1 }))).toContain("one_class");
  });

  test("a target that zero-shot is at already takes no training, and the answer begins with that", () => {
    const { summary, caveats } = askData({ ...PILOT, zeroShotAccuracy: 0.86 });
    expect(summary).toMatch(
      /^Zero-shot is at 86 % already, without training data; with LoRA 85 % takes about \d+ images/,
    );
    expect(codes({ caveats })).toContain("zero_shot_reaches_target");
    expect(askData({ ...PILOT, zeroShotAccuracy: 0.86, targetAccuracy: 0.861 }).summary).toMatch(/^An accuracy of/);
  });

  test("training is worth it when the lower edge beats zero-shot, and not when the upper one does not", () => {
    expect(askData(PILOT).zeroShot.verdict).toBe("worth_it");
    expect(askData({ ...PILOT, zeroShotAccuracy: 0.95 }).zeroShot.verdict).toBe("below_zero_shot");
    const { nextRound, predictions } = askData({ ...PILOT, predictAtShotsPerClass: [31] });
    const likely = predictions[0]?.accuracy?.likely ?? 0;
    expect(nextRound.size).toBeLessThanOrEqual(32);
    expect(askData({ ...PILOT, zeroShotAccuracy: likely }).zeroShot.verdict).toBe("too_close_to_tell");
  });

  test("every strategy that is known by any name is answered", () => {
    for (const strategy of DATA_STRATEGY_NAMES) {
      const { needStatus } = askData({ ...PILOT, strategy });
      expect(needStatus).not.toBe("no_evidence");
    }
  });
});

describe("without a pilot", () => {
  const { pilot: _, ...noPilot } = PILOT;

  test("the need is an order of magnitude and says so", () => {
    const answer = askData({ ...noPilot, targetAccuracy: 0.8 });
    const { low, likely, high } = answer.shotsPerClassNeeded ?? { low: 0, likely: null, high: null };
    expect(answer.needStatus).toBe("order_of_magnitude");
    expect((high ?? 0) / (likely ?? 1)).toBeGreaterThan(4);
    expect(low).toBeLessThan((likely ?? 0) / 3);
    expect(codes(answer)).toContain("no_pilot");
    expect(answer.nextRound.trainAt).toEqual([1, 2, 4, 8]);
  });

  test("a zero-shot accuracy that is not given is that of published datasets with a like shift, and listed", () => {
    const { zeroShotAccuracy: _given, ...unknown } = noPilot;
    const values = ["small", "medium", "large"].map((domainShift) => {
      const { assumptions } = askData({ ...unknown, domainShift });
      return assumptions.find(({ field }) => field === "zeroShotAccuracy")?.value;
    });
    expect([...values].sort().reverse()).toEqual(values);
  });

  test.each(["retrieval", "detection", "segmentation"])("%s has the chapter's rule alone", (task) => {
    const answer = askData({ task, targetAccuracy: 0.8, predictAtImages: [500] });
    expect([answer.basis, answer.needStatus, answer.imagesNeeded]).toEqual(["none", "no_evidence", null]);
    expect(answer.predictions[0]?.accuracy).toBeNull();
    expect(answer.chapterBaseline?.sampleCount).toBeGreaterThan(0);
    expect(codes(answer)).toContain("no_published_curves");
  });
});

test("zero-shot needs no data where it is good enough, and no data helps where it is not", () => {
  const ask = (targetAccuracy: number) => askData({ strategy: "zero_shot", zeroShotAccuracy: 0.7, targetAccuracy });
  expect([ask(0.6).needStatus, ask(0.6).shotsPerClassNeeded?.likely]).toEqual(["reached", 0]);
  expect([ask(0.8).needStatus, ask(0.8).shotsPerClassNeeded?.likely]).toEqual(["not_established", null]);
});

test("labelling multiplies images, objects, people and seconds, and the terms say so", () => {
  const annotation = { method: "box_extreme_clicking", objectsPerImage: 4, redundancy: 2, usdPerHour: 9 };
  const { annotation: effort, split } = askData({ ...PILOT, annotation });
  const images = (split?.trainSampleCount ?? 0) + (split?.validationSampleCount ?? 0) + (split?.testSampleCount ?? 0);
  expect(effort?.seconds.likely).toBeCloseTo(images * 4 * 2 * 7.4, 6);
  expect(effort?.secondsTerm.value).toBeCloseTo(effort?.seconds.likely ?? 0, 6);
  expect(effort?.costUsd?.likely).toBeCloseTo((images * 4 * 2 * 7.4 * 9) / 3600, 6);
  expect(effort?.costTerm?.value).toBeCloseTo(effort?.costUsd?.likely ?? 0, 6);
});

test("work that no vendor lists has no price until the user gives one", () => {
  const ask = (annotation: object) => askData({ ...PILOT, annotation }).annotation;
  expect(ask({ method: "caption" })?.costUsd).toBeNull();
  expect(ask({ method: "caption", usdPerUnit: 0.1 })?.costUsd?.likely).toBeGreaterThan(0);
});

test("a split by percentage is called too small when its test set cannot show what is wanted", () => {
  expect(askData(PILOT).split?.byPercentage?.isTooSmall).toBe(true);
  expect(askData({ ...PILOT, testHalfWidth: 0.2 }).split?.byPercentage?.isTooSmall).toBe(false);
});

test("storage and the rate of loading follow from the size of an image", () => {
  const { storage, annotation } = askData({ ...PILOT, averageImageBytes: 200_000, samplesPerSecond: 500 });
  expect(storage?.bytes).toBe((annotation?.imageCount ?? 0) * 200_000);
  expect(storage?.loadingBytesPerSecond).toBe(100e6);
});

const accuracy = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1e-9, 1 - 1e-12));
const size = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.double({ min: 1, max: 1e11, noNaN: true }));
const some = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const question = fc.record({
  classCount: fc.integer({ min: 1, max: 100_000 }),
  strategy: fc.constantFrom(...DATA_STRATEGY_NAMES),
  task: fc.constantFrom("classification", "retrieval", "detection", "segmentation"),
  targetAccuracy: some(fc.double({ min: 1e-9, max: 1 - 1e-12, noNaN: true })),
  zeroShotAccuracy: accuracy,
  pilot: fc.array(fc.oneof(fc.record({ shotsPerClass: size, accuracy }), fc.record({ images: size, accuracy })), {
    maxLength: 8,
  }),
  pilotTestSampleCount: some(fc.integer({ min: 1, max: 1e9 })),
  predictAtShotsPerClass: fc.array(size, { maxLength: 4 }),
  testHalfWidth: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
  confidence: fc.double({ min: 0.5, max: 0.999999, noNaN: true }),
  testFraction: fc.double({ min: 0.001, max: 0.49, noNaN: true }),
});

test("any question that is accepted is answered by the schema of answers, every range in order", () => {
  fc.assert(
    fc.property(question, (asked) => {
      const answer = createDataRequirement.answer.parse(JSON.parse(JSON.stringify(askData(asked))));
      for (const { accuracy: band } of [...answer.predictions, ...answer.curve]) {
        if (band === null) continue;
        const ascending = [0, band.low90, band.low80, band.likely, band.high80, band.high90, 1];
        expect([...ascending].sort((a, b) => a - b)).toEqual(ascending);
      }
      for (const needed of [answer.shotsPerClassNeeded, answer.imagesNeeded]) {
        if (needed === null || needed.likely === null) continue;
        expect(needed.low).toBeLessThanOrEqual(needed.likely);
        expect(needed.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(needed.likely);
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  [
    "a confidence below one half",
    { confidence: 0.3 },
    "confidence 0.3 must be the confidence of that as a fraction from 0.5",
  ],
  ["a half-width that no test set has", { testHalfWidth: 1e-9 }, "testHalfWidth"],
  ["less than one image", { pilot: [{ images: 0.5, accuracy: 0.5 }] }, "must be a number from 1 to"],
])("%s is refused", (_, asked, words) => {
  expect(() => askData(asked)).toThrow(words);
});
