/** `headroom estimate`: one plan from flags, or one plan a line. */

import { answerEstimate } from "../api/answer-estimate";
import { createEstimate, type EstimateAnswer, INCLUDES, type Include } from "../api/operations";
import { checkBody, parseBody } from "../api/parse-body";
import { ProblemError } from "../api/problem";
import type { Verdict } from "../estimate/estimate";
import type { ByteUnit } from "../format";
import type { Issue } from "../plan/plan";
import type { MeasuredValidation } from "../profile/calibrate";
import { calibrationOfCard } from "../profile/card-calibration";
import { CALIBRATION_FLAG, measuredBefore } from "./calibration-source";
import type { Console } from "./console";
import { estimateText } from "./estimate-text";
import { EXIT } from "./exit";
import { type Arguments, type Flag, flagHelp, readArguments } from "./flags";
import { answerLines } from "./jsonl";
import { issueLine, PLAN_FLAGS, planInput } from "./plan-flags";
import { BASE_FLAGS, basePlan, exclusions, strayOperands } from "./plan-source";

const OUTPUT_FLAGS = [
  { name: "json", kind: "switch", help: "print the estimate as JSON" },
  { name: "jsonl", kind: "switch", help: "read one plan a line, write one estimate a line, in order" },
  { name: "changes", kind: "switch", help: "add single changes of the plan and what each would save" },
  { name: "timeline", kind: "switch", help: "with --json or --jsonl: every event of the step, not only samples" },
  CALIBRATION_FLAG,
  { name: "unit", kind: "text", placeholder: "UNIT", help: "GiB, GB or MiB in tables" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

const FLAGS: readonly Flag[] = [...PLAN_FLAGS, ...BASE_FLAGS, ...OUTPUT_FLAGS];

const VERDICT_EXIT = {
  fits: EXIT.fits,
  tight: EXIT.tight,
  does_not_fit: EXIT.doesNotFit,
} as const satisfies Record<Verdict, number>;

const UNITS = ["GiB", "GB", "MiB"] as const satisfies readonly ByteUnit[];

export async function estimateCommand(argv: readonly string[], console: Console): Promise<number> {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(help());
    return EXIT.done;
  }
  const mistakes = [...issues, ...strayOperands(operands), ...contradictions(values), ...unknownUnit(values)];
  return values.get("jsonl") === true
    ? estimateLines(values, mistakes, console)
    : estimateOne(values, mistakes, console);
}

async function estimateOne(values: Arguments["values"], mistakes: readonly Issue[], console: Console): Promise<number> {
  const asJson = values.get("json") === true;
  try {
    const input = planInput(values, await basePlan(values, console));
    const earlier = await measuredBefore(values, console);
    const answer = await answerChecked(input, values, mistakes, earlier, console);
    await console.write(asJson ? `${JSON.stringify(answer)}\n` : estimateText(answer, unitOf(values)));
    return VERDICT_EXIT[answer.memory.verdict];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    const lines = problem.issues?.map(issueLine) ?? [problem.detail];
    await console.error(lines.map((line) => `headroom: ${line}\n`).join(""));
    if (asJson) await console.write(`${JSON.stringify({ error: problem })}\n`);
    return EXIT.badInput;
  }
}

/** Mistakes in flags and in the plan are told together, so that one round of corrections is enough. */
async function answerChecked(
  input: unknown,
  values: Arguments["values"],
  mistakes: readonly Issue[],
  earlier: readonly MeasuredValidation[],
  console: Console,
): Promise<EstimateAnswer> {
  const checked = checkBody(createEstimate.body, input);
  if (!checked.ok) throw ProblemError.invalid([...mistakes, ...checked.issues]);
  if (mistakes.length > 0) throw ProblemError.invalid(mistakes);
  const include = includesOf(values);
  if (!values.has(CALIBRATION_FLAG.name)) return answerEstimate(checked, console.today, include);
  const found = calibrationOfCard(checked.gpu, earlier);
  if (found.kind === "not_calibrated") await console.error(`headroom: nothing was calibrated: ${found.why}\n`);
  else for (const note of found.notes ?? []) await console.error(`headroom: ${note}\n`);
  return answerEstimate(checked, console.today, include, found);
}

async function estimateLines(
  values: Arguments["values"],
  mistakes: readonly Issue[],
  console: Console,
): Promise<number> {
  if (mistakes.length > 0) {
    await console.error(mistakes.map((issue) => `headroom: ${issueLine(issue)}\n`).join(""));
    return EXIT.badInput;
  }
  const base = await basePlan(values, console);
  const include = includesOf(values);
  const { answeredCount, refusedCount } = await answerLines(
    console.stdin,
    // What a line says comes first; flags fill in what it leaves open.
    (line, issues) =>
      answerEstimate(
        parseBody(createEstimate.body, filledIn(line, planInput(values, base)), issues),
        console.today,
        include,
      ),
    console.write,
    (lineNumber, error) => console.error(`headroom: line ${lineNumber} could not be answered: ${String(error)}\n`),
  );
  if (refusedCount === 0) return EXIT.done;
  await console.error(`headroom: ${refusedCount} of ${answeredCount + refusedCount} lines were not answered\n`);
  return EXIT.badInput;
}

function filledIn(line: unknown, defaults: unknown): unknown {
  return isRecord(line) && isRecord(defaults) ? { ...defaults, ...line } : line;
}

function includesOf(values: Arguments["values"]): Include[] {
  return INCLUDES.filter((name) => values.get(name) === true);
}

function unitOf(values: Arguments["values"]): ByteUnit {
  return UNITS.find((unit) => unit === values.get("unit")) ?? "GiB";
}

function contradictions(values: Arguments["values"]): Issue[] {
  const issues = exclusions(values, [
    ["plan", "link"],
    ["json", "jsonl"],
    ["model", "model-config"],
    ["calibration", "jsonl"],
    ...(values.get("plan") === "-" ? [["plan", "jsonl"]] : []),
  ]);
  if (values.has("timeline") && !values.has("json") && !values.has("jsonl")) {
    issues.push({ path: "--timeline", code: "contradiction", message: "--timeline needs --json or --jsonl" });
  }
  return issues;
}

function unknownUnit(values: Arguments["values"]): Issue[] {
  const unit = values.get("unit");
  if (unit === undefined || UNITS.some((known) => known === unit)) return [];
  const message = `--unit takes ${UNITS.join(", ")}`;
  return [{ path: "--unit", code: "invalid_value", message, received: String(unit), suggestions: UNITS }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function help(): string {
  return `Usage: headroom estimate --model NAME [flags]
       headroom estimate --jsonl < plans.jsonl > estimates.jsonl

Says whether a plan for fine-tuning fits, what fills the memory, and the largest batch that would fit.

The plan. Only the model is required; the answer lists every default that was filled in.
${flagHelp(PLAN_FLAGS)}
Where the plan starts from. Flags replace its fields.
${flagHelp(BASE_FLAGS)}
What is printed.
${flagHelp(OUTPUT_FLAGS)}
Exit codes: 0 fits, 1 does not fit, 2 tight, 64 bad input (every problem is told on standard error).
With --jsonl: 0 when every line was answered, whatever the verdicts; 64 when a line was bad. Such a line gives
{"error": …} in its place and the rest go on.
`;
}
