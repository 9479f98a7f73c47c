import * as fc from "fast-check";
import { DATA_PARAMETERS, fieldOfPath } from "@/components/data/fields";
import {
  type DataTexts,
  EXAMPLE_TEXTS,
  issuesByDataField,
  queryOfTexts,
  questionOf,
  textsIn,
  withText,
} from "@/components/data/question";

const issue = (path: string) => ({ path, code: "invalid_value", message: `${path} is refused` });

test("an address holds every text of the form, whatever was typed", () => {
  const texts = fc.dictionary(fc.constantFrom(...DATA_PARAMETERS), fc.string({ minLength: 1, maxLength: 40 }));
  fc.assert(
    fc.property(texts, (typed: DataTexts) => {
      const read = textsIn(new URLSearchParams(queryOfTexts(typed)));
      expect(read).toEqual({ texts: { ...typed }, isExample: false, unknown: [] });
    }),
  );
});

test("an address that says nothing is the example, one that says nothing was chosen is empty", () => {
  expect(textsIn(new URLSearchParams("utm_source=mail"))).toMatchObject({ isExample: true, texts: EXAMPLE_TEXTS });
  expect(textsIn(new URLSearchParams("v=1"))).toEqual({ isExample: false, texts: {}, unknown: [] });
});

test("a parameter that no field has is told", () => {
  expect(textsIn(new URLSearchParams("v=1&clases=25")).unknown).toEqual(["clases"]);
});

test("percent become fractions, kilobytes bytes, and what is no figure is passed on to be refused", () => {
  const { data, plan, search } = questionOf({
    target: "82.5",
    zeroShot: "62 %",
    halfWidth: "wide",
    imageKb: "115.5",
    batch: "x",
    pruner: "none",
  });
  expect(data).toEqual({
    targetAccuracy: 0.825,
    zeroShotAccuracy: 0.62,
    testHalfWidth: "wide",
    averageImageBytes: 115_500,
  });
  expect([plan, search]).toEqual([{ model: "ViT-B-16", perDeviceBatchSize: "x" }, { pruner: { kind: "none" } }]);
});

test("a pilot is sent in the unit that was chosen, empty rows left out", () => {
  const pilot = "2:71;:;8:79:3";
  expect(questionOf({ pilot }).data.pilot).toEqual([
    { shotsPerClass: 2, accuracy: 0.71 },
    { shotsPerClass: 8, accuracy: 0.79, repeats: 3 },
  ]);
  expect(questionOf({ pilot: "50:71", unit: "images" }).data.pilot).toEqual([{ images: 50, accuracy: 0.71 }]);
});

test("an emptied field is taken away", () => {
  expect(withText({ target: "80" }, "target", "")).toEqual({});
});

test("every issue finds its field, in the words of the form", () => {
  const texts = { target: "850", pilot: "2:71;;4:high" };
  const byField = issuesByDataField(
    [issue("targetAccuracy"), issue("pilot.1.accuracy"), issue("perDeviceBatchSize")],
    texts,
  );
  expect(byField.get("target")?.[0]?.message).toContain("“850” must be a number above 0 and below 100, in percent");
  // The second row is empty and was not sent.
  expect(byField.get("pilot")?.[0]?.message).toBe("Row 3: accuracy “high” must be a number from 0 to 100, in percent");
  expect(byField.get("batch")?.[0]?.message).toBe("is refused");
  expect(fieldOfPath("annotation.usdPerHour")).toBe("hourPrice");
  expect(fieldOfPath("something.else")).toBeNull();
});
