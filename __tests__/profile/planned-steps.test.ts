import { stepsPerBatch } from "@/lib/profile/planned-steps";

test("three repeats are one recorded step, and four runs each of one step and of three", () => {
  expect(stepsPerBatch({ repeats: 3 })).toBe(1 + 4 * 1 + 4 * 3);
});
