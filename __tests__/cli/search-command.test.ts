import { createSearchBudget } from "../../lib/api/data-operations";
import { headroom } from "./terminal";

const MODEL = ["--model", "ViT-B-32", "--batch", "8"];

test("the table says epochs, time, cost, the winner and the space", async () => {
  const flags = ["--epoch-seconds", "95", "--usd-per-hour", "0.4"];
  const { code, stdout, stderr } = await headroom(["search", ...MODEL, ...flags]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const text of ["50 trials of 5 epochs", "epochs", "time", "cost", "validation images", "learningRate"]) {
    expect(stdout).toContain(text);
  }
});

test("--optuna prints the program alone", async () => {
  const { stdout } = await headroom(["search", ...MODEL, "--optuna"]);
  expect(stdout).toMatch(/^"""A hyper-parameter search for Optuna/);
  expect((await headroom(["search", ...MODEL, "--optuna", "--json"])).stderr).toContain("exclude each other");
});

test("flags of a pruner make the pruner, and lines are answered in order", async () => {
  const stdin = `{}\n{"trialCount":0}\n`;
  const { code, stdout } = await headroom(
    ["search", "--jsonl", ...MODEL, "--pruner", "halving", "--reduction-factor", "2"],
    { stdin },
  );
  const answers: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(64);
  expect(createSearchBudget.answer.parse(answers[0]).pruner).toEqual({
    kind: "halving",
    minEpochs: 1,
    reductionFactor: 2,
  });
  expect(answers[1]).toMatchObject({ error: { line: 2, issues: [{ path: "trialCount" }] } });
});
