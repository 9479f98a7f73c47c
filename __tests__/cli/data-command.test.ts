import { createDataRequirement } from "../../lib/api/data-operations";
import { headroom } from "./terminal";

const QUESTION = {
  classCount: 47,
  strategy: "lora",
  pilot: [
    { shotsPerClass: 1, accuracy: 0.543 },
    { shotsPerClass: 4, accuracy: 0.638 },
  ],
  targetAccuracy: 0.72,
  predictAtShotsPerClass: [16],
};

async function lines(input: readonly unknown[], ...flags: string[]) {
  const stdin = input.map((each) => `${typeof each === "string" ? each : JSON.stringify(each)}\n`).join("");
  const { code, stdout, stderr } = await headroom(["data", "--jsonl", ...flags], { stdin });
  const answers: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { code, stderr, answers };
}

test("a line is answered with predictions and needs as fractions and shots per class", async () => {
  const { code, answers } = await lines([QUESTION]);
  expect(code).toBe(0);
  const answer = createDataRequirement.answer.parse(answers[0]);
  expect(answer.predictions).toEqual([
    {
      shotsPerClass: 16,
      images: 752,
      accuracy: {
        likely: expect.closeTo(0.72, 1),
        low80: expect.any(Number),
        high80: expect.any(Number),
        low90: expect.any(Number),
        high90: expect.any(Number),
      },
    },
  ]);
  expect(answer.shotsPerClassNeeded?.low).toBeLessThanOrEqual(answer.shotsPerClassNeeded?.likely ?? 0);
});

test("a bad line gives its problems in its place and the rest go on", async () => {
  const bad = { ...QUESTION, targetAccuracy: 72, pilot: [{ shotsPerClass: 1, accuracy: 54.3 }, { accuracy: 0.6 }] };
  const { code, answers, stderr } = await lines([QUESTION, bad, "{", QUESTION]);
  expect(code).toBe(64);
  expect(answers).toHaveLength(4);
  expect(answers[1]).toMatchObject({
    error: {
      line: 2,
      issues: [
        { path: "targetAccuracy", received: "72" },
        { path: "pilot.0.accuracy", received: "54.3" },
        { path: "pilot.1", code: "missing" },
      ],
    },
  });
  expect(answers[2]).toMatchObject({ error: { status: 400, line: 3 } });
  expect(answers[3]).toEqual(answers[0]);
  expect(stderr).toContain("2 of 4 lines were not answered");
});

test("flags fill in what a line leaves open", async () => {
  const { strategy: _, ...open } = QUESTION;
  const { answers } = await lines([open, QUESTION], "--strategy", "linear_probe");
  expect(answers).toMatchObject([{ request: { strategy: "linear_probe" } }, { request: { strategy: "lora" } }]);
});

test("flags make the same question as JSON", async () => {
  const flags = [
    "--classes",
    "47",
    "--strategy",
    "lora",
    "--pilot",
    "1:0.543,4:0.638",
    "--target",
    "0.72",
    "--predict-at",
    "16",
  ];
  const { stdout } = await headroom(["data", "--json", ...flags]);
  expect(JSON.parse(stdout)).toEqual((await lines([QUESTION])).answers[0]);
});

test("a pilot may be of images, and of means of several trainings", async () => {
  const { stdout } = await headroom(["data", "--json", "--pilot-images", "50:0.5,100:0.6x3", "--target", "0.7"]);
  expect(JSON.parse(stdout)).toMatchObject({
    request: {
      unit: "images",
      pilot: [
        { size: 50, accuracy: 0.5, repeats: 1 },
        { size: 100, accuracy: 0.6, repeats: 3 },
      ],
    },
  });
});

test("the table says the need, the next round, the test set, labelling, the chapter's rule and what was assumed", async () => {
  const { code, stdout, stderr } = await headroom(["data", "--request", "q.json"], {
    files: { "q.json": JSON.stringify({ ...QUESTION, zeroShotAccuracy: 0.436, predictAtShotsPerClass: [16, 64] }) },
  });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^An accuracy of 72 % takes about \d+ images of each class with LoRA/);
  for (const text of [
    "Next: ",
    "over zero-shot",
    "test images tell",
    "Labelling",
    "By the chapter's rule",
    "training, validation, test  7,000 + 1,500 + 1,500",
    "at least 100, better 500, best 1,000",
    "RandomHorizontalFlip",
    "List prices for one label: Google Vertex AI, first tier $0.035 (2026-10-04)",
    "Assumed",
    "Mind",
  ]) {
    expect(stdout).toContain(text);
  }
  expect(stdout).toContain("64 shots per class: More than four times the largest pilot of 4");
});

test("every mistake is told at once, by the flag to change", async () => {
  const { code, stderr } = await headroom(["data", "--classes", "0", "--target", "80", "--pilot", "1-2", "--foo"]);
  expect(code).toBe(64);
  expect(stderr.split("\n").map((line) => line.split(":", 2).join(":").slice(0, 28))).toEqual([
    expect.stringContaining("--foo is no flag"),
    expect.stringContaining("--classes"),
    expect.stringContaining("--target"),
    expect.stringContaining("--pilot"),
    "",
  ]);
});

test.each([
  [{ pilot: [{ shotsPerClass: 1, accuracy: 0.5 }], predictAtImages: [9] }, "classCount is missing"],
  [{ strategy: "zero_shot", targetAccuracy: 0.7 }, "zeroShotAccuracy is missing"],
  [{ annotation: { usdPerUnit: 1, usdPerHour: 2 } }, "exclude each other"],
  [{ pilot: [{ accuracy: 0.5 }] }, "pilot.0 has no size"],
  [{ strategy: "lorra" }, "must be one of"],
  [{ classCuont: 3 }, "did you mean classCount"],
  [[], "must be an object"],
])("%j is refused with the way out", async (question, reason) => {
  const { answers } = await lines([question]);
  expect(JSON.stringify(answers[0])).toContain(reason);
});

test("points without a size, with two, and with other mistakes are told in one round", async () => {
  const pilot = [{ accuracy: 0.5 }, { shotsPerClass: 1, images: 9, accuracy: 0.5 }, { shotsPerClass: 0, accuracy: 62 }];
  const { stdout } = await headroom(["data", "--jsonl"], { stdin: JSON.stringify({ pilot, strategy: "loraa" }) });
  const paths = JSON.parse(stdout).error.issues.map(({ path }: { path: string }) => path);
  expect(paths.sort()).toEqual(["pilot.0", "pilot.1", "pilot.2.accuracy", "pilot.2.shotsPerClass", "strategy"]);
});

test("help lists every flag", async () => {
  const { code, stdout } = await headroom(["data", "--help"]);
  expect(code).toBe(0);
  for (const flag of ["--pilot LIST", "--target FRACTION", "--usd-per-hour USD", "--jsonl"])
    expect(stdout).toContain(flag);
});
