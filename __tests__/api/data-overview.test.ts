import { answerDataOverview, type DataQuestion } from "@/lib/api/data-overview";
import { ProblemError } from "@/lib/api/problem";
import { askData } from "../support/data-questions";
import { TODAY } from "../support/today";

const DATA = {
  classCount: 25,
  model: "ViT-B-32",
  strategy: "lora",
  targetAccuracy: 0.82,
  zeroShotAccuracy: 0.62,
  pilot: [
    { shotsPerClass: 2, accuracy: 0.71 },
    { shotsPerClass: 4, accuracy: 0.75 },
    { shotsPerClass: 8, accuracy: 0.79 },
  ],
};

const ask = (question: Partial<DataQuestion> = {}) =>
  answerDataOverview({ data: DATA, plan: {}, ranking: {}, search: {}, ...question }, TODAY);

test("the need is that of the API, and ranking and search are for the images that it gives", () => {
  const { requirement, images, ranking, search, plan } = ask();
  expect(requirement).toEqual(askData(DATA));
  expect(images).toEqual({ count: requirement.imagesNeeded?.likely, from: "needed" });
  expect(ranking?.imageCount).toBe(images?.count);
  expect(plan).toMatchObject({ trainSampleCount: images?.count, classCount: 25, strategy: { kind: "lora" } });
  expect(search?.winner.validationSampleCount).toBe(requirement.split?.validationSampleCount);
});

test("images that are there outrank the need", () => {
  const { images, ranking } = ask({ images: 5000 });
  expect([images, ranking?.imageCount]).toEqual([{ count: 5000, from: "given" }, 5000]);
});

test("beyond what the pilot predicts, strategies are compared at the next round", () => {
  const { images, requirement } = ask({ data: { ...DATA, targetAccuracy: 0.97 } });
  expect(images).toEqual({ count: requirement.nextRound.images, from: "next_round" });
});

test("what cannot be ranked or searched says why", () => {
  const { classCount: _without, ...open } = DATA;
  expect(ask({ data: open })).toMatchObject({ ranking: null, noRanking: expect.stringContaining("number of classes") });
  const zeroShot = ask({ data: { ...DATA, strategy: "zero_shot" } });
  expect(zeroShot).toMatchObject({ search: null, noSearch: expect.stringContaining("zero-shot") });
});

test("every mistake in any of the three questions is told at once, once", () => {
  const bad = {
    data: { ...DATA, classCount: -1, targetAccuracy: 82 },
    plan: { gpu: "abacus" },
    search: { trialCount: 0 },
  };
  const found = (() => {
    try {
      ask(bad);
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.issues?.map(({ path }) => path);
    }
    return [];
  })();
  expect(found?.toSorted()).toEqual(["classCount", "gpu", "targetAccuracy", "trialCount"]);
});

test("what the disk must give follows from the speed of training, the user's own first", () => {
  const { loading, requirement, ranking } = ask({ plan: { gpu: "rtx-4090" } });
  const lora = ranking?.ranking.find(({ strategy }) => strategy === "lora");
  expect(loading).toEqual({
    samplesPerSecond: lora?.effort?.run?.samplesPerSecond,
    bytesPerSecond: (loading?.samplesPerSecond ?? 0) * requirement.request.averageImageBytes,
    from: "estimated",
  });
  expect(loading?.samplesPerSecond).toBeGreaterThan(0);
  const given = ask({ data: { ...DATA, samplesPerSecond: 10, averageImageBytes: 1000 } }).loading;
  expect(given).toEqual({ samplesPerSecond: 10, bytesPerSecond: 10_000, from: "given" });
});
