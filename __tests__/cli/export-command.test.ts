import { parse } from "yaml";
import { headroom } from "./terminal";

test("a plan is written to standard output, what to know about it to standard error", async () => {
  const { code, stdout, stderr } = await headroom(["export", "--format", "open_clip", "--model", "ViT-B-32"]);
  expect(code).toBe(0);
  expect(stdout).toContain("--module open_clip_train.main");
  expect(stderr).toContain("headroom: The learning rate");
});

test("every format is written", async () => {
  for (const format of ["json", "markdown", "csv", "huggingface", "skypilot"]) {
    const { code, stdout } = await headroom(["export", "--format", format, "--model", "ViT-B-32", "--gpu", "l4"]);
    expect([format, code]).toEqual([format, 0]);
    expect(stdout.length).toBeGreaterThan(100);
  }
});

test("flags change the plan that is exported", async () => {
  const { stdout } = await headroom([
    "export",
    "--format=skypilot",
    "--model",
    "ViT-B-32",
    "--gpu",
    "l4",
    "--devices",
    "4",
  ]);
  expect(parse(stdout)).toMatchObject({ resources: { accelerators: "L4:4" } });
});

test("the estimate is added to a document when it is asked for", async () => {
  const { stdout } = await headroom(["export", "--format", "json", "--model", "ViT-B-32", "--estimate"]);
  expect(JSON.parse(stdout)).toHaveProperty("memory.verdict");
  const refused = await headroom(["export", "--format", "skypilot", "--model", "ViT-B-32", "--estimate"]);
  expect(refused.code).toBe(64);
});

test("a plan that cannot be had in this form is told why, with exit code 1", async () => {
  const { code, stdout, stderr } = await headroom([
    ...["export", "--format", "open_clip", "--model", "ViT-B-32", "--strategy", "lora"],
  ]);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("no LoRA");
  expect(stderr).toContain("--format huggingface can hold this plan");
});

test("mistakes are told at once, with exit code 64", async () => {
  const { code, stderr } = await headroom(["export", "--format", "skypilt", "--model", "ViT-X", "stray"]);
  expect(code).toBe(64);
  for (const part of ["--format takes", "--model", "stray"]) expect(stderr).toContain(part);
  const missing = await headroom(["export", "--model", "ViT-B-32"]);
  expect(missing.code).toBe(64);
  expect(missing.stderr).toContain("--format is missing");
});

test("help lists the formats", async () => {
  const { code, stdout } = await headroom(["export", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("huggingface");
});
