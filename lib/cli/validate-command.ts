/** `headroom validate`: runs the training step of a plan on this machine, without a server. */

import { checkBody } from "../api/parse-body";
import { ProblemError } from "../api/problem";
import { createValidation } from "../api/validation-operations";
import type { Issue } from "../plan/plan";
import { remarksOf } from "../profile/remarks";
import { VALIDATION_DEFAULTS, VALIDATION_LIMITS } from "../profile/request-limits";
import { readGpu } from "../profile/runner/nvidia-smi";
import { runValidation } from "../profile/runner/run-validation";
import type { Validation, ValidationProgress } from "../profile/validation";
import { CALIBRATION_FLAG, measuredBefore } from "./calibration-source";
import type { Console } from "./console";
import { EXIT } from "./exit";
import { type Arguments, type Flag, flagHelp, readArguments } from "./flags";
import { issueLine, PLAN_FLAGS, planInput } from "./plan-flags";
import { BASE_FLAGS, basePlan, exclusions, strayOperands } from "./plan-source";
import { numberEntry } from "./question-command";
import { validationText } from "./validation-text";

const RUN_FLAGS = [
  {
    name: "device",
    kind: "text",
    placeholder: "NAME",
    help: "cpu or cuda. Default: cuda where there is an NVIDIA GPU",
  },
  {
    name: "batches",
    aliases: ["batch-sizes"],
    kind: "list",
    placeholder: "LIST",
    help: "batch sizes to measure. Default: a quarter, a half and the whole of --batch; on the CPU of 8 at most",
  },
  {
    name: "repeats",
    kind: "number",
    placeholder: "N",
    help: `timed runs of each model. Default: ${VALIDATION_DEFAULTS.repeats}`,
  },
  {
    name: "time-limit",
    aliases: ["time-limit-seconds"],
    kind: "number",
    placeholder: "S",
    help: `seconds for the whole, up to ${VALIDATION_LIMITS.timeLimitSeconds.max}. Default: ${VALIDATION_DEFAULTS.timeLimitSeconds}`,
  },
] as const satisfies readonly Flag[];

const TURN_FLAGS = [
  {
    name: "wait",
    kind: "switch",
    help: "wait for another validation on the device to end. Default; --no-wait runs beside it, which disturbs the seconds of both",
  },
] as const satisfies readonly Flag[];

const EARLIER_FLAGS = [CALIBRATION_FLAG] as const satisfies readonly Flag[];

const OUTPUT_FLAGS = [
  { name: "json", kind: "switch", help: "print everything as JSON" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

const FLAGS: readonly Flag[] = [
  ...PLAN_FLAGS,
  ...BASE_FLAGS,
  ...RUN_FLAGS,
  ...TURN_FLAGS,
  ...EARLIER_FLAGS,
  ...OUTPUT_FLAGS,
];

/** Where a request holds what a flag of this command says. */
const FIELDS = {
  device: "device",
  batches: "batchSizes",
  repeats: "repeats",
  "time-limit": "timeLimitSeconds",
} as const satisfies Record<(typeof RUN_FLAGS)[number]["name"], string>;

/** A validation that no server keeps: it has no id. */
export type LocalValidation = Omit<Validation, "id">;

export async function validateCommand(argv: readonly string[], console: Console): Promise<number> {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(help());
    return EXIT.done;
  }
  const clashes = exclusions(values, [
    ["plan", "link"],
    ["model", "model-config"],
  ]);
  const mistakes = [...issues, ...strayOperands(operands), ...clashes];
  const asJson = values.get("json") === true;
  try {
    const device = await chosenDevice(values, console);
    const checked = checkBody(createValidation.body, await requestInput(values, device, console));
    if (!checked.ok) throw ProblemError.invalid([...mistakes, ...checked.issues]);
    if (mistakes.length > 0) throw ProblemError.invalid(mistakes);
    const validation = await run(checked.request, values, console);
    await console.write(asJson ? `${JSON.stringify(validation)}\n` : validationText(validation));
    return exitOf(validation);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    const lines = problem.issues?.map(requestIssueLine) ?? [problem.detail];
    await console.error(lines.map((line) => `headroom: ${line}\n`).join(""));
    if (asJson) await console.write(`${JSON.stringify({ error: problem })}\n`);
    return EXIT.badInput;
  }
}

async function chosenDevice(values: Arguments["values"], console: Console): Promise<unknown> {
  const given = values.get("device");
  if (given !== undefined) return given;
  const reading = await readGpu();
  const why = reading.ok ? `there is a ${reading.gpu.name}` : reading.why;
  await console.error(`Runs on ${reading.ok ? "the GPU" : "the CPU"}: ${why}. --device chooses.\n`);
  return reading.ok ? "cuda" : "cpu";
}

/** Nothing is checked here, so that the command line accepts exactly what the API accepts. */
async function requestInput(values: Arguments["values"], device: unknown, console: Console): Promise<unknown> {
  const batches = values.get("batches");
  const fields = {
    batchSizes: Array.isArray(batches) ? batches.map(numberEntry) : batches,
    repeats: values.get("repeats"),
    timeLimitSeconds: values.get("time-limit"),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { plan: planInput(values, await basePlan(values, console)), device, ...Object.fromEntries(given) };
}

async function run(
  request: Parameters<typeof runValidation>[0],
  values: Arguments["values"],
  console: Console,
): Promise<LocalValidation> {
  const startedAt = new Date().toISOString();
  const earlier = await measuredBefore(values, console);
  let told = Promise.resolve();
  const { result, state } = await runValidation(request, {
    signal: console.interruption(),
    program: values.get("wait") === false ? null : "headroom validate",
    earlier: async () => earlier,
    onProgress: (_result, progress) => {
      told = told.then(() => console.error(`${progressText(progress)}\n`));
    },
  });
  await told;
  const endedAt = new Date().toISOString();
  const remarks = remarksOf(request, result.machine);
  return { schemaVersion: 1, createdAt: startedAt, startedAt, endedAt, state, ...request, ...result, remarks };
}

function progressText({ doneCount, partCount, doing, batchSize }: ValidationProgress): string {
  if (batchSize === null)
    return `${doing[0]?.toUpperCase()}${doing.slice(1)}. Ctrl-C gives up, --no-wait would run beside it.`;
  return `[${doneCount + 1}/${partCount}] ${doing}`;
}

function exitOf({ state, rows }: LocalValidation): number {
  if (state.kind === "cancelled") return EXIT.interrupted;
  if (state.kind === "failed") return EXIT.notMeasured;
  return rows.every(({ outcome }) => outcome === "measured") ? EXIT.done : EXIT.doesNotFit;
}

/** The flag that a person has to change, where one sets the field. */
function requestIssueLine(issue: Issue): string {
  const [root = "", ...rest] = issue.path.split(".");
  if (root === "plan" && rest.length > 0) return issueLine({ ...issue, path: rest.join(".") });
  const flag = Object.entries(FIELDS).find(([, field]) => field === root)?.[0];
  return flag === undefined ? issueLine(issue) : `--${flag}: ${issue.message}`;
}

function help(): string {
  return `Usage: headroom validate --model NAME [flags]

Runs real training steps of the plan on this machine, at a few batch sizes, and prints what they take beside what was
predicted. Without an NVIDIA GPU it runs on the CPU, which proves the step and its memory in ONNX Runtime, and nothing
about the speed of a GPU or about memory in PyTorch. Progress goes to standard error.

What runs.
${flagHelp([...RUN_FLAGS, ...TURN_FLAGS])}
What seconds are predicted from. Without it they are measured, not predicted.
${flagHelp(EARLIER_FLAGS)}
The plan. Only the model is required; --batch is the largest size unless --batches says others.
${flagHelp(PLAN_FLAGS)}
Where the plan starts from. Flags replace its fields.
${flagHelp(BASE_FLAGS)}
What is printed.
${flagHelp(OUTPUT_FLAGS)}
Exit codes: 0 every batch size was measured, 1 one needs more memory than there is, 64 bad input, 69 something else kept one
from being measured, 130 interrupted.
`;
}
