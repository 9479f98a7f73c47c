import { addsBiasApart, isBefore, loopsOverParameters, waitsToClip } from "../../scripts/accuracy/time/software";

describe("a version of PyTorch", () => {
  test("is older than a release by its numbers, and a build of a release to come by its letter", () => {
    expect(isBefore("1.9.0a0+df837d0", 1, 10)).toBe(true);
    expect(isBefore("1.10.0a0+ecc3718", 1, 10)).toBe(true);
    expect(isBefore("1.10.1", 1, 10)).toBe(false);
    expect(isBefore("1.13.0a0+d0d6b1f", 1, 12)).toBe(false);
    expect(isBefore("2.1.0", 1, 12)).toBe(false);
  });

  test("that nobody stated is not older than any", () => {
    expect(isBefore(null, 2, 0)).toBe(false);
    expect(addsBiasApart(null)).toBe(false);
  });
});

test("each change is reckoned from the release that brought it", () => {
  expect(["1.9.0", "1.10", "1.11", "1.12"].map(waitsToClip)).toEqual([true, false, false, false]);
  expect(["1.10", "1.11", "1.12", "1.13"].map(addsBiasApart)).toEqual([true, true, false, false]);
  expect(["1.13", "2.0", "2.5.0"].map((version) => loopsOverParameters(version, null))).toEqual([true, false, false]);
});

test("where a run states no version its era tells whether updates loop", () => {
  expect(loopsOverParameters(null, "eager")).toBe(true);
  expect(loopsOverParameters(null, "sdpa")).toBe(false);
  expect(loopsOverParameters(null, null)).toBe(false);
});
