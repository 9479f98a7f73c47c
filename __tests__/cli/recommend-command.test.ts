import { headroom } from "./terminal";

const MODEL = ["--model", "ViT-L-14"];

test("says the best by the goal, and exits 0", async () => {
  const { code, stdout, stderr } = await headroom(["recommend", ...MODEL, "--goal", "fastest", "--count", "1"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/ is the quickest that fits: /);
});

test("memory is asked for in GiB, as cards are sold", async () => {
  const flags = ["--min-memory-gib", "100", "--count", "1", "--json"];
  const { stdout } = await headroom(["recommend", ...MODEL, ...flags]);
  // Printed by the command, whose answer this is.
  const { rows } = JSON.parse(stdout) as { rows: { memoryBytes: number }[] };
  expect(rows.length).toBeGreaterThan(0);
  for (const { memoryBytes } of rows) expect(memoryBytes).toBeGreaterThanOrEqual(100 * 2 ** 30);
});

test.each([
  ["a deadline nobody keeps", ["--deadline-seconds", "1"], /^No GPU passes the filters\./],
  ["cards too small", ["--own", "t4", "--batch", "512"], /^The plan as it stands fits none of the GPUs/],
  ["cards without a price", ["--own", "titan-rtx"], /^No price is known for anything that fits: .*--price.* quickest/],
  ["cards without a time", ["--own", "mi300x"], /^It fits, but neither a time nor a price is known/],
])("%s: says why there is no answer, and exits 1", async (_, flags, sentence) => {
  const { code, stdout } = await headroom(["recommend", ...MODEL, ...flags]);
  expect(code).toBe(1);
  expect(stdout).toMatch(sentence);
});

test("names what would make small cards do, where others fit, if asked", async () => {
  const flags = ["recommend", ...MODEL, "--batch", "128", "--own", "rtx-4090,h100-sxm5-80gb", "--count", "1"];
  expect((await headroom(flags)).stdout).not.toContain("It would fit with one change");
  expect((await headroom([...flags, "--changes"])).stdout).toMatch(
    /It would fit with one change:\n {2}NVIDIA GeForce RTX 4090: /,
  );
});

test("bad input is told whole, and exits 64", async () => {
  const flags = ["--min-memory-gib", "much", "--goal", "nice", "--own", "rtx-4099"];
  const { code, stderr } = await headroom(["recommend", ...MODEL, ...flags]);
  expect(code).toBe(64);
  for (const flag of ["--min-memory-gib", "--goal", "--own"]) expect(stderr).toContain(`headroom: ${flag}: `);
});
