import fc from "fast-check";
import { ASKED_PARAMETERS, askedIn, askedQuery, questionOf, withAsked } from "@/components/check/asked";

test("what was typed survives the address, whatever it is", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ASKED_PARAMETERS), fc.string(), (name, text) => {
      const asked = withAsked({}, name, text);
      const read = askedIn(new URLSearchParams(askedQuery(asked)));
      expect(read[name]?.trim()).toBe(asked[name]?.trim());
    }),
  );
});

test("sizes are parted by commas or blanks, and a comma at the end is no size", () => {
  expect(questionOf({}, { batches: "1, 2 4," }).batchSizes).toEqual([1, 2, 4]);
});

test("what is no figure is asked as it was typed, so that the answer can name it", () => {
  expect(questionOf({}, { batches: "1, many", repeats: "a few" })).toMatchObject({
    batchSizes: [1, "many"],
    repeats: "a few",
  });
});

test("what is empty is left to the server", () => {
  expect(questionOf({ model: "RN50" }, withAsked({ repeats: "3" }, "repeats", " "))).toEqual({
    plan: { model: "RN50" },
  });
});
