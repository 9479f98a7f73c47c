import { validationSchema } from "@/lib/api/validation-schema";
import { TINY_MODEL } from "../support/tiny-clip";
import { headroom } from "./terminal";

const FILES = { "tiny.json": JSON.stringify(TINY_MODEL), "plan.json": JSON.stringify({ model: TINY_MODEL }) };
const TINY = "--model-config tiny.json --device cpu --repeats 1".split(" ");

const localSchema = validationSchema.omit({ id: true });

test("a plan from flags is run, and the table sets prediction beside measurement", async () => {
  const { code, stdout, stderr } = await headroom(["validate", ...TINY, "--batches", "2,1,3"], { files: FILES });
  expect(code).toBe(0);
  expect(stderr.split("\n")[0]).toBe("[1/9] batch 1: one step, every kernel recorded");
  expect(stdout).toMatch(/^On the CPU: /m);
  for (const size of [1, 2, 3])
    expect(stdout).toMatch(new RegExp(`^ +${size}  measured +[\\d.]+ MiB +[\\d.]+ MiB +0 %`, "m"));
  expect(stdout).toMatch(/^Peak memory in use: .* for each sample/m);
  expect(stdout).toContain("It says nothing of the speed of a GPU");
}, 60_000);

test("with --json everything is printed as one line, as the API answers it but for the id", async () => {
  const { code, stdout } = await headroom(
    ["validate", "--plan", "plan.json", "--batch", "2", "--strategy", "linear_probe", "--device", "cpu", "--json"],
    { files: FILES },
  );
  expect(code).toBe(0);
  const validation = localSchema.parse(JSON.parse(stdout));
  expect(validation).toMatchObject({
    state: { kind: "done" },
    device: "cpu",
    batchSizes: [1, 2, 3],
    repeats: 3,
    plan: { strategy: { kind: "linear_probe" }, precision: "fp32" },
  });
}, 60_000);

test("every mistake is told under its flag, in the plan and beside it, with the nearest plan that runs", async () => {
  const { code, stdout, stderr } = await headroom([
    ..."validate --model ViT-B-32 --precision bf16 --devices 8 --device cpu --batches 1,x --repeats 0 --time-limit 1e9".split(
      " ",
    ),
    "--wrong",
  ]);
  expect([code, stdout]).toEqual([64, ""]);
  for (const flag of ["precision", "devices", "batches", "repeats", "time-limit"]) {
    expect(stderr).toMatch(new RegExp(`^headroom: --${flag}: `, "m"));
  }
  expect(stderr).toContain('{"precision":"fp32","deviceCount":1}');
  expect(stderr).toContain("--wrong is no flag");
});

test("what cannot fit this machine ends with 1", async () => {
  const { code, stdout } = await headroom(
    "validate --model ViT-B-16 --image-size 1024 --device cpu --batches 4096".split(" "),
  );
  expect(code).toBe(1);
  expect(stdout).toMatch(/would not fit/);
}, 60_000);

test("an interruption ends it with 130, and a time limit with 69", async () => {
  const interruption = AbortSignal.abort();
  expect((await headroom(["validate", ...TINY], { files: FILES, interruption })).code).toBe(130);
  const late = "--model-config tiny.json --device cpu --batches 4096 --repeats 20 --time-limit 5".split(" ");
  expect((await headroom(["validate", ...late], { files: FILES })).code).toBe(69);
}, 60_000);
