import * as fc from "fast-check";
import { pastedPilot, pilotRows, pilotText } from "@/components/data/pilot-text";

const cell = fc.string({ unit: fc.constantFrom("0", "7", ".", "x", "é"), maxLength: 5 });

test("rows come back from their text as they were typed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ size: cell, accuracy: cell, repeats: cell }), { minLength: 1, maxLength: 6 }),
      (rows) => {
        // A single empty row says as much as none.
        fc.pre(pilotText(rows) !== ":");
        expect(pilotRows(pilotText(rows))).toEqual(rows);
      },
    ),
  );
  expect(pilotText([])).toBeUndefined();
});

test.each([
  ["2 71\n4 75", "a column of a spreadsheet"],
  ["2\t71 %\r\n4\t75 %", "tabs and percent signs"],
  ["2,71\n4,75", "commas"],
  ["2:0.71,4:0.75", "as on the command line"],
  ["2: 0.71\n4: 0.75", "fractions of a log"],
  ["shots accuracy\n2 71\n4 75", "a heading above"],
])("%j is read: %s", (text) => {
  expect(pastedPilot(text).rows).toEqual([
    { size: "2", accuracy: "71", repeats: "" },
    { size: "4", accuracy: "75", repeats: "" },
  ]);
});

test("a third figure is the number of trainings, and what is no row is given back", () => {
  expect(pastedPilot("8 79 3\nmean 80\n1 2 3 4")).toEqual({
    rows: [{ size: "8", accuracy: "79", repeats: "3" }],
    unread: ["mean 80", "1 2 3 4"],
  });
});

test("a fraction in percent has no digits that nobody measured", () => {
  expect(pastedPilot("2 0.57").rows[0]?.accuracy).toBe("57");
});
