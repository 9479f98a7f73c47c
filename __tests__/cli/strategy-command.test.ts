import { createStrategyRanking } from "../../lib/api/data-operations";
import { headroom } from "./terminal";

const FLAGS = ["--model", "ViT-B-32", "--classes", "100", "--train-samples", "400", "--batch", "8"];

test("the table says the choice, what each takes, why, and the chapter's rule", async () => {
  const { code, stdout, stderr } = await headroom(["strategy", ...FLAGS]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const text of [
    "LoRA at 4 images of each class",
    "GiB",
    "Why",
    "Too close to tell",
    "By the chapter's rule: prompt",
  ]) {
    expect(stdout).toContain(text);
  }
});

test("lines are answered in order; a line's plan comes first and flags fill it in", async () => {
  const stdin = `{"plan":{"model":"RN50"}}\n{"plan":{"modle":"RN50"}}\n{"priority":"robust"}\n`;
  const { code, stdout } = await headroom(["strategy", "--jsonl", ...FLAGS], { stdin });
  const answers: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(64);
  expect(createStrategyRanking.answer.parse(answers[0])).toMatchObject({
    shotsPerClass: 4,
    priority: "in_distribution",
  });
  expect(answers[1]).toMatchObject({ error: { line: 2, issues: [{ path: "plan.modle" }] } });
  expect(createStrategyRanking.answer.parse(answers[2])).toMatchObject({ priority: "robust" });
});

test("mistakes are told by the flag to change", async () => {
  const { code, stderr } = await headroom([
    "strategy",
    "--model",
    "ViT-B-23",
    "--priority",
    "fast",
    "--strategy",
    "lorra",
  ]);
  expect(code).toBe(64);
  for (const flag of ["--model: ", "--priority: ", "--strategy: "]) expect(stderr).toContain(flag);
});
