import { createEstimate, EXAMPLE_PLAN } from "../../lib/api/operations";
import { encodeLink } from "../../lib/plan/link";
import { parsePlan } from "../../lib/plan/parse-plan";
import { GIB, KIB } from "../../lib/units";
import { headroom } from "./terminal";

const EXAMPLE_FLAGS =
  "--model ViT-L-14 --strategy lora --rank 8 --targets q_proj,v_proj --batch 48 --precision amp_bf16 --gpu rtx-4090".split(
    " ",
  );

/** Full fine-tuning of ViT-L/14 in fp32: 4 × 427.6 M parameters × 4 bytes of states alone are 6.4 GiB. */
const STATES = ["--model", "ViT-L-14", "--precision", "fp32", "--batch", "1"];

async function estimateOf(...flags: string[]) {
  const { code, stdout } = await headroom(["estimate", "--json", ...flags]);
  return { code, answer: createEstimate.answer.parse(JSON.parse(stdout)) };
}

function resolved(input: unknown) {
  const parsed = parsePlan(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.plan;
}

test("flags make a plan, and the table says the verdict, the largest batch and what was assumed", async () => {
  const { stdout, stderr } = await headroom(["estimate", ...EXAMPLE_FLAGS]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^(Fits|Tight|Does not fit) on NVIDIA GeForce RTX 4090: [\d.]+ of [\d.]+ GiB, /m);
  expect(stdout).toContain("LoRA of rank 8 on q_proj, v_proj");
  expect(stdout).toMatch(/^Largest batch per GPU: \d/m);
  expect(stdout).toMatch(/^Assumed$/m);
});

test("the flags of the example and the JSON of the example are one plan", async () => {
  expect((await estimateOf(...EXAMPLE_FLAGS)).answer.plan).toEqual(resolved(EXAMPLE_PLAN));
});

test("the exit code is the verdict", async () => {
  const roomy = await estimateOf(...STATES, "--gpu", "h100-sxm5-80gb");
  expect([roomy.answer.memory.verdict, roomy.code]).toEqual(["fits", 0]);
  const small = await estimateOf(...STATES, "--gpu", "small", "--gpu-memory-gib", "4");
  expect([small.answer.memory.verdict, small.code]).toEqual(["does_not_fit", 1]);
  // A card whose usable memory lies between the likely and the upper estimate.
  const { likely, high } = roomy.answer.memory.deviceBytes;
  const usableShare = small.answer.memory.usableBytes / (4 * GIB);
  const between = ((likely + high) / 2 / usableShare / GIB).toFixed(4);
  const tight = await estimateOf(
    ...STATES,
    "--gpu",
    "between",
    "--gpu-memory-gib",
    between,
    "--gpu-compute-capability",
    "9.0",
  );
  expect([tight.answer.memory.verdict, tight.code]).toEqual(["tight", 2]);
});

test("every field of a plan has a flag, and its full name is one too", async () => {
  const { answer } = await estimateOf(
    ...["--model", "ViT-B-32", "--implementation", "transformers", "--strategy", "prompt", "--context-tokens", "4"],
    ...["--class-count", "7", "--per-device-batch-size", "3", "--grad-accumulation-steps", "2", "--device-count", "4"],
    ...["--precision", "bf16", "--optimizer", "sgd", "--grad-checkpointing", "--attention", "eager", "--local-loss"],
    ...["--gather-with-grad", "--image-size", "256", "--context-length", "64", "--gpu", "h100-sxm5-80gb"],
    ...["--train-sample-count", "9", "--validation-sample-count", "8", "--epochs", "5", "--loader-workers", "6"],
    ...["--average-image-bytes", "1000", "--sharding", "zero3", "--checkpoint-every-epochs", "2"],
    ...["--price-per-gpu-hour", "1.25"],
  );
  expect(answer.plan).toEqual({
    schemaVersion: 1,
    model: "ViT-B-32",
    implementation: "transformers",
    strategy: { kind: "prompt", contextTokens: 4 },
    classCount: 7,
    perDeviceBatchSize: 3,
    gradAccumulationSteps: 2,
    deviceCount: 4,
    precision: "bf16",
    optimizer: "sgd",
    gradCheckpointing: true,
    attention: "eager",
    localLoss: true,
    gatherWithGrad: true,
    sharding: "zero3",
    imageSize: 256,
    contextLength: 64,
    gpu: "h100-sxm5-80gb",
    trainSampleCount: 9,
    validationSampleCount: 8,
    epochs: 5,
    loaderWorkers: 6,
    averageImageBytes: 1000,
    checkpointEveryEpochs: 2,
    pricePerGpuHour: 1.25,
  });
  const defaults = Object.keys(answer.plan).filter((field) =>
    answer.assumptions.some((assumed) => assumed.field === field),
  );
  expect(defaults).toEqual([]);
});

test("every problem is told on standard error, by the flag that puts it right, with exit code 64", async () => {
  const { code, stdout, stderr } = await headroom([
    "estimate",
    "--modle",
    "x",
    "--model",
    "ViT-X-14",
    "--batch",
    "-8",
    "--strategy",
    "lora",
    "--rank",
    "many",
    "extra",
  ]);
  expect(code).toBe(64);
  expect(stdout).toBe("");
  const lines = stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^headroom: --modle is no flag; did you mean --model/),
      expect.stringMatching(/^headroom: extra belongs to no flag/),
      expect.stringMatching(/^headroom: --model: .*ViT-X-14/),
      expect.stringMatching(/^headroom: --batch: .*-8/),
      expect.stringMatching(/^headroom: --rank: .*many/),
    ]),
  );
});

test("with --json, bad input is JSON on standard output too", async () => {
  const { code, stdout } = await headroom(["estimate", "--json", "--model", "ViT-B-32", "--batch", "1e12"]);
  expect(code).toBe(64);
  expect(JSON.parse(stdout)).toMatchObject({ error: { status: 422, issues: [{ path: "perDeviceBatchSize" }] } });
});

test("a plan in a file and a share link can be started from, and flags replace their fields", async () => {
  const plan = resolved(EXAMPLE_PLAN);
  const files = { "plan.json": JSON.stringify(plan) };
  const fromFile = await headroom(["estimate", "--json", "--plan", "plan.json", "--batch", "16"], { files });
  expect(JSON.parse(fromFile.stdout).plan).toEqual({ ...plan, perDeviceBatchSize: 16 });
  const fromInput = await headroom(["estimate", "--json", "--plan", "-", "--strategy", "full"], {
    stdin: JSON.stringify(plan),
  });
  expect(JSON.parse(fromInput.stdout).plan).toEqual({ ...plan, strategy: { kind: "full" } });
  const link = `http://127.0.0.1:3000/?${encodeLink(plan)}`;
  const fromLink = await headroom(["estimate", "--json", "--link", link]);
  expect(JSON.parse(fromLink.stdout).plan).toEqual(plan);
});

test("a file that gives a key twice is refused", async () => {
  const files = { "plan.json": '{"model":"RN50","model":"ViT-B-32"}' };
  const { code, stderr } = await headroom(["estimate", "--plan", "plan.json"], { files });
  expect([code, stderr]).toEqual([64, expect.stringContaining("model is given twice")]);
});

test("a file that is not there or is not JSON is named", async () => {
  const absent = await headroom(["estimate", "--plan", "nowhere.json"]);
  expect([absent.code, absent.stderr]).toEqual([64, expect.stringContaining("nowhere.json")]);
  const broken = await headroom(["estimate", "--plan", "broken.json"], { files: { "broken.json": '{"model": NaN}' } });
  expect([broken.code, broken.stderr]).toEqual([64, expect.stringContaining("position 10")]);
});

test("flags that exclude each other are refused", async () => {
  const { code, stderr } = await headroom(["estimate", "--json", "--jsonl", "--model", "ViT-B-32"]);
  expect([code, stderr]).toEqual([64, expect.stringContaining("--json and --jsonl exclude each other")]);
});

test("the changes that would help are printed when asked for", async () => {
  const { stdout } = await headroom([
    "estimate",
    "--model",
    "ViT-L-14",
    "--batch",
    "512",
    "--gpu",
    "rtx-3090",
    "--changes",
  ]);
  expect(stdout).toMatch(/^What would change it/m);
});

test("figures are printed in the unit that was asked for", async () => {
  expect((await headroom(["estimate", ...STATES, "--unit", "MiB"])).stdout).toMatch(/ of [\d,]+ MiB/);
  expect(await headroom(["estimate", ...STATES, "--unit", "GIB"])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("GiB, GB, MiB"),
  });
});

test("--help lists every field of a plan", async () => {
  const { code, stdout } = await headroom(["estimate", "--help"]);
  expect(code).toBe(0);
  for (const flag of ["--model", "--rank", "--batch", "--gpu-memory-gib", "--jsonl", "-h, --help"])
    expect(stdout).toContain(flag);
});

test("an unknown command is answered with the nearest one", async () => {
  expect(await headroom(["estmate"])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("did you mean estimate?"),
  });
  expect(await headroom([])).toMatchObject({ code: 64, stderr: expect.stringContaining("Usage:") });
});

test("the catalogue is listed and filtered by words", async () => {
  const { code, stdout } = await headroom(["gpus", "a100", "80"]);
  expect(code).toBe(0);
  expect(stdout).toContain("a100-sxm4-80gb");
  expect(stdout).not.toContain("rtx-4090");
  expect(JSON.parse((await headroom(["models", "siglip", "--json"])).stdout).models.length).toBeGreaterThan(0);
});

describe("one plan a line", () => {
  async function lines(stdin: string | readonly Uint8Array[], ...flags: string[]) {
    const { code, stdout, stderr } = await headroom(["estimate", "--jsonl", ...flags], { stdin });
    const answers = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    return { code, stderr, answers };
  }

  test("gives one estimate a line, in the same order, the same as one at a time", async () => {
    const plans = [8, 4, 2].map((batch) => JSON.stringify({ model: "ViT-B-32", perDeviceBatchSize: batch }));
    const { code, answers, stderr } = await lines(`${plans.join("\n")}\n`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(answers.map(({ plan }) => plan.perDeviceBatchSize)).toEqual([8, 4, 2]);
    expect(answers[0]).toEqual(
      JSON.parse((await headroom(["estimate", "--json", "--model", "ViT-B-32", "--batch", "8"])).stdout),
    );
  });

  test("a line that is not JSON or gives a key twice is told as a line", async () => {
    const long = `{"model":"${"x".repeat(256 * 1024)}"}`;
    const { answers } = await lines(['{"model": None}', '{"model":"RN50","model":"ViT-B-32"}', long].join("\n"));
    expect(answers.map(({ error }) => [error.line, error.title])).toEqual([
      [1, "The line is not JSON"],
      [2, "The request cannot be answered as it is"],
      [3, "The line is too long"],
    ]);
    expect(answers[0].error.detail).toBe("The line is not JSON at column 11: None is no JSON value: write null.");
    expect(answers[1].error.issues).toMatchObject([{ path: "model", code: "repeated_key" }]);
  });

  test("a bad line gives an error with its number, the rest go on, and the exit code is 64", async () => {
    const good = '{"model": "ViT-B-32"}';
    const input = [good, "{", '{"model": "ViT-B-23"}', "[]", "null", '{"model":"RN50","epochs":1e999}', good].join(
      "\n",
    );
    const { code, stderr, answers } = await lines(input);
    expect(code).toBe(64);
    expect(stderr).toBe("headroom: 5 of 7 lines were not answered\n");
    expect(answers.map((answer) => answer.error?.line ?? answer.modelName)).toEqual([
      "ViT-B-32",
      2,
      3,
      4,
      5,
      6,
      "ViT-B-32",
    ]);
    expect(answers.map((answer) => answer.error?.status)).toEqual([undefined, 400, 422, 422, 422, 422, undefined]);
    expect(answers[2].error.issues[0].suggestions).toContain("ViT-B-32");
  });

  test("CRLF, a byte-order mark and blank lines do no harm", async () => {
    const { code, answers } = await lines('\ufeff{"model": "ViT-B-32"}\r\n\r\n  \n\n{"model": "RN50"}\r\n');
    expect(code).toBe(0);
    expect(answers.map(({ modelName }) => modelName)).toEqual(["ViT-B-32", "RN50"]);
  });

  test("a line over the limit is refused without being kept, and the next is answered", async () => {
    const megabytes = Array.from({ length: 64 }, () => Buffer.alloc(256 * KIB, 0x20));
    const { code, answers } = await lines([...megabytes, Buffer.from('\n{"model": "ViT-B-32"}\n')]);
    expect(code).toBe(64);
    expect(answers.map((answer) => answer.error?.status)).toEqual([413, undefined]);
  });

  test("bytes that are not UTF-8 spoil their own line only", async () => {
    const { answers } = await lines([Buffer.from([0xff, 0x0a]), Buffer.from('{"model": "ViT-B-32"}')]);
    expect(answers.map((answer) => answer.error?.status)).toEqual([400, undefined]);
  });

  test("flags fill in what lines leave open, and lines win", async () => {
    const { answers } = await lines(
      '{"model":"ViT-B-32"}\n{"model":"RN50","gpu":"rtx-3090"}\n',
      "--gpu",
      "rtx-4090",
      "--batch",
      "4",
    );
    expect(answers.map(({ plan }) => [plan.gpu, plan.perDeviceBatchSize])).toEqual([
      ["rtx-4090", 4],
      ["rtx-3090", 4],
    ]);
  });

  test("an empty input is answered with nothing", async () => {
    expect(await lines("")).toEqual({ code: 0, stderr: "", answers: [] });
  });
});
