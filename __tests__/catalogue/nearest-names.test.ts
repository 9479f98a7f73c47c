import fc from "fast-check";
import { foldName, nearestNames } from "../../lib/catalogue/nearest-names";

const KNOWN = ["ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336", "RN50"];

test("a slip of one letter is met with the name that was meant, first", () => {
  expect(nearestNames("ViT-B-23", KNOWN)[0]).toBe("ViT-B-32");
  expect(nearestNames("vitl14336px", KNOWN)[0]).toBe("ViT-L-14-336");
});

test("a part of a name counts as near", () => {
  expect(nearestNames("batchSize", ["perDeviceBatchSize", "epochs"])).toEqual(["perDeviceBatchSize"]);
});

test("nothing alike gives nothing", () => {
  expect(nearestNames("zzzzzz", KNOWN)).toEqual([]);
  expect(nearestNames("", KNOWN)).toEqual([]);
  expect(nearestNames("☃", KNOWN)).toEqual([]);
});

test("case, spaces and punctuation do not tell names apart", () => {
  expect(foldName("ViT-L/14@336px")).toBe("vitl14336px");
});

test("a name of any length is answered, nearest first and no more than asked for", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), fc.integer({ min: 0, max: 5 }), (name, count) => {
      expect(nearestNames(name, KNOWN, count).length).toBeLessThanOrEqual(count);
    }),
  );
  expect(nearestNames("RN50", KNOWN, 1)).toEqual(["RN50"]);
});
