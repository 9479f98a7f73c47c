import { plotOf } from "@/components/data/curve-geometry";
import { EXAMPLE_TEXTS, questionOf } from "@/components/data/question";
import { diskBytes, havingWords, headline } from "@/components/data/words";
import { answerDataOverview } from "@/lib/api/data-overview";
import { TODAY } from "../../support/today";

const ask = (texts: object) => answerDataOverview(questionOf({ ...EXAMPLE_TEXTS, ...texts }), TODAY);

test.each([
  [{}, /^About \d+ images per class reach 82 % \(\d+–\d+\); label \d+ more next$/],
  [{ target: "78" }, /^Your pilot is large enough: about \d images per class reach 78 % .+; train there and test$/],
  [{ target: "99" }, /^99 % takes more than \d+ images per class; how many is not established; label 600 more next$/],
  [
    { pilot: undefined, target: "75" },
    /^Somewhere around \d+ images? per class reach(es)? 75 % .+; label 200 images first$/,
  ],
  [{ target: undefined }, /^16 images per class are expected to give 8\d(\.\d)? % \(.+\); label 200 more next$/],
  [{ task: "detection", pilot: undefined, classes: undefined }, /is not known before a pilot; label 200 images first$/],
  [{ strategy: "zero_shot" }, /^Zero-shot does not reach 82 %, and data does not change that$/],
  [{ zeroShot: "83" }, /^Zero-shot is at 83 % already: 82 % takes no training$/],
  [{ images: "5000" }, /; you have enough to train there$/],
  [{ classes: undefined }, /; go on to \d+ images per class$/],
])("%j is answered in one sentence", (texts, sentence) => {
  expect(headline(ask(texts))).toMatch(sentence);
});

test.each([
  [3780, "3.78 kB"],
  [345e6, "345 MB"],
  [1.24e9, "1.2 GB"],
])("%d bytes on a disk are %s", (bytes, text) => {
  expect(diskBytes(bytes)).toBe(text);
});

test("an upper end that no band reaches is said to be none", () => {
  expect(headline(ask({ target: "85" }))).toContain("no upper limit established");
});

test("images at hand are held against the need", () => {
  expect(havingWords(ask({ images: "100" }))).toMatch(/fewer than the likely need/);
  expect(havingWords(ask({ images: "400" }))).toMatch(/not sure to be enough/);
  expect(havingWords(ask({ images: "9000" }))).toMatch(/more than even the upper figure/);
  expect(havingWords(ask({}))).toBeNull();
});

test("the chart holds the curve, the pilot, the target and zero-shot, and ends after the last prediction", () => {
  const { requirement } = ask({});
  const plot = plotOf(requirement);
  if (plot === null) throw new Error("a pilot has a curve");
  expect([plot.smallest, plot.end]).toEqual([2, 32]);
  expect(plot.largest).toBeGreaterThan(plot.end);
  for (const accuracy of [0.62, 0.71, 0.82]) {
    expect(plot.height(accuracy)).toBeGreaterThanOrEqual(0);
    expect(plot.height(accuracy)).toBeLessThanOrEqual(1);
  }
  expect([plot.along(2), plot.along(plot.largest)]).toEqual([0, 1]);
  expect(plotOf(ask({ strategy: "zero_shot" }).requirement)).toBeNull();
});
