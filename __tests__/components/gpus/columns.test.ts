import { ROWS } from "@/__tests__/fixtures/recommendation";
import {
  byCard,
  COLUMN_IDS,
  FILE_HEAD,
  fileRow,
  nextSorting,
  sortingIn,
  sortingText,
  sortRows,
} from "@/components/gpus/columns";

test.each(COLUMN_IDS)("sorting by %s keeps every row, and rows without the figure come last either way", (column) => {
  for (const isDescending of [false, true]) {
    const sorted = sortRows(ROWS, { column, isDescending });
    expect(new Set(sorted)).toEqual(new Set(ROWS));
    if (column === "time" || column === "cost")
      expect(sorted.at(-1)?.[column === "time" ? "totalSeconds" : "cost"]).toBeNull();
  }
});

test("quickest and cheapest first, each the other way round when asked again", () => {
  const counted = (text: string) =>
    sortRows(ROWS, sortingIn(text)).map(({ gpuId, deviceCount }) => `${deviceCount} ${gpuId}`);
  expect(counted("time").slice(0, 2)).toEqual(["8 h100-sxm5-80gb", "1 h100-sxm5-80gb"]);
  expect(counted("-time")[0]).toBe("1 t4-16gb");
  expect(counted("cost")[0]).toBe("1 rtx-3090");
});

test("more headroom comes first among what fits", () => {
  const verdicts = sortRows(ROWS, { column: "verdict", isDescending: false }).map(({ verdict }) => verdict);
  expect(verdicts).toEqual([...verdicts].sort((a, b) => (a === b ? 0 : a === "fits" ? -1 : 1)));
});

test("a head sorts up, then down, then not at all", () => {
  const up = nextSorting(null, "cost");
  const down = nextSorting(up, "cost");
  expect([up, down, nextSorting(down, "cost")]).toEqual([
    { column: "cost", isDescending: false },
    { column: "cost", isDescending: true },
    null,
  ]);
  if (down === null) throw new Error("expected an order");
  expect(sortingIn(sortingText(down))).toEqual(down);
  expect(sortingIn("colour")).toBeNull();
});

test("the counts of a card stay together where its first row stands", () => {
  const cards = byCard(sortRows(ROWS, { column: "time", isDescending: false }));
  expect(cards[0]?.map(({ deviceCount }) => deviceCount)).toEqual([8, 1]);
  expect(cards.flat()).toHaveLength(ROWS.length);
});

test("the file has a cell for every column, empty where there is no figure", () => {
  for (const row of ROWS) expect(fileRow(row, undefined)).toHaveLength(FILE_HEAD.length);
  const unpriced = ROWS.find(({ cost }) => cost === null);
  if (unpriced === undefined) throw new Error("the fixture has no unpriced row");
  expect(fileRow(unpriced, undefined)[FILE_HEAD.indexOf("usd")]).toBe("");
});

test("the file says of the rows of a measured card by what they are calibrated, and of no other", () => {
  const [row] = ROWS;
  if (row === undefined) throw new Error("the fixture has no row");
  const calibration = { gpuId: row.gpuId, gpu: row.gpuName, measurementCount: 9, spread: 0.03, text: "" };
  const dated = { ...calibration, measuredOn: "2026-11-27" };
  expect(fileRow({ ...row, isMeasured: true }, dated).at(-1)).toBe(
    "Calibrated by 9 steps that were timed on NVIDIA GeForce RTX 3090, the newest on 2026-11-27; predictions with them lie within 3 % of them in the median.",
  );
  expect(fileRow({ ...row, isMeasured: true }, calibration).at(-1)).toContain("on a day that nobody wrote down");
  expect(fileRow(row, dated).at(-1)).toBe("");
});
