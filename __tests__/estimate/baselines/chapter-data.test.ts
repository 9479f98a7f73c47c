import { chapterDataRequirement } from "../../../lib/estimate/baselines/chapter-data";

test.each([
  // Base, × 2 above 0.9, × the shift a second time.
  ["classification", 0.8, "small", 1000],
  ["classification", 0.92, "medium", 5000 * 2 * 2],
  ["detection", 0.8, "large", 100_000 * 5],
  ["segmentation", 0.91, "large", 50_000 * 2 * 5],
  ["retrieval", 0.9, "medium", 20_000 * 2],
] as const)("%s to %d with a %s shift asks for %i images", (task, target, shift, count) => {
  expect(chapterDataRequirement(task, target, shift).sampleCount).toBe(count);
});

test("the factor of three cannot be reached, and the answer says why", () => {
  const above = chapterDataRequirement("classification", 0.96, "small");
  expect(above.sampleCount).toBe(2000);
  expect(above.notes.join(" ")).toContain("never 3");
  expect(chapterDataRequirement("classification", 0.94, "small").notes.join(" ")).not.toContain("never 3");
});

test("the double shift is told where it changes the count", () => {
  expect(chapterDataRequirement("classification", 0.8, "medium").notes.join(" ")).toContain("counts twice");
  expect(chapterDataRequirement("classification", 0.8, "small").notes.join(" ")).not.toContain("counts twice");
});

test("split, samples per class, time and storage are those of 20,000 images", () => {
  expect(chapterDataRequirement("classification", 0.92, "medium")).toMatchObject({
    split: { train: 14_000, validation: 3000, test: 3000 },
    perClass: { minimum: 200, recommended: 1000, ideal: 2000 },
    annotationSeconds: 20_000 * 30,
    storageBytes: 10e9,
    augmentations: ["RandomResizedCrop", "RandomHorizontalFlip"],
  });
});

test.each([
  ["small", 0.8, 6],
  ["medium", 0.8, 3],
  ["large", 0.8, 2],
] as const)("a %s shift gets %d augmentations fewer the more images there are", (shift, target, count) => {
  expect(chapterDataRequirement("classification", target, shift).augmentations).toHaveLength(count);
});
