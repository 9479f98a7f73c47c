/** A command that asks one operation: one question from flags or a file, or one a line. */

import type { Accepted, RequestBody } from "../api/operation";
import { checkBody, parseBody } from "../api/parse-body";
import { ProblemError } from "../api/problem";
import type { Issue } from "../plan/plan";
import type { Console } from "./console";
import { planFieldsOf } from "./data-source";
import { EXIT } from "./exit";
import { type Arguments, type Flag, flagHelp, readArguments } from "./flags";
import { answerLines } from "./jsonl";
import { PLAN_FLAGS, planInput } from "./plan-flags";
import { exclusions, isRecord, readJson, strayOperands } from "./plan-source";

/** A flag and where in the question its value goes, such as `annotation.method`. */
export interface QuestionFlag extends Flag {
  readonly path: string;
  /** What the question holds for a list that a person wrote; what it cannot read it leaves for the schema to refuse. */
  readonly entry?: (text: string) => unknown;
  /** What a number is multiplied by, for a flag in another unit than the question's. */
  readonly scale?: number;
}

export interface QuestionCommand<Body extends Accepted, Answer> {
  readonly name: string;
  /** What it answers, for the help. */
  readonly purpose: string;
  readonly flags: readonly QuestionFlag[];
  /** Adds what flags say beyond the fields they name, such as a plan; without it every flag fills its own field. */
  readonly input?: (fields: Readonly<Record<string, unknown>>, values: Arguments["values"]) => unknown;
  readonly body: RequestBody<Body>;
  /** @param today such as "2026-11-27" */
  readonly answer: (body: Body, today: string) => Answer;
  readonly text: (answer: Answer) => string;
  /** The exit code of an answer; without it, that it was answered. */
  readonly exit?: (answer: Answer) => number;
  /** Closing remarks of the help. */
  readonly notes: string;
  /** Other outputs than the table, by the name of a switch. */
  readonly outputs?: Readonly<Record<string, { readonly help: string; readonly text: (answer: Answer) => string }>>;
}

const COMMON_FLAGS = [
  {
    name: "request",
    kind: "text",
    placeholder: "FILE",
    help: "start from a question in JSON; - is standard input. Flags replace its fields",
  },
  {
    name: "data",
    kind: "text",
    placeholder: "DIR|FILE",
    help: "take numbers of classes and images and the size of a file from a dataset",
  },
  { name: "json", kind: "switch", help: "print the answer as JSON" },
  { name: "jsonl", kind: "switch", help: "read one question a line, write one answer a line, in order" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

/** @returns what runs the command with its arguments and gives the exit code */
export function questionCommand<Body extends Accepted, Answer>(
  command: QuestionCommand<Body, Answer>,
): (argv: readonly string[], console: Console) => Promise<number> {
  const outputs = Object.entries(command.outputs ?? {});
  const outputFlags: Flag[] = outputs.map(([name, { help }]) => ({ name, kind: "switch", help }));
  const flags: readonly Flag[] = [...command.flags, ...outputFlags, ...COMMON_FLAGS];
  return async (argv, console) => {
    const { values, operands, issues } = readArguments(flags, argv);
    if (values.get("help") === true) {
      await console.write(helpOf(command, [...outputFlags, ...COMMON_FLAGS]));
      return EXIT.done;
    }
    const mistakes = [...issues, ...strayOperands(operands), ...clashes(values, Object.keys(command.outputs ?? {}))];
    return values.get("jsonl") === true
      ? answerMany(command, values, mistakes, console)
      : answerOne(command, values, mistakes, console);
  };
}

async function answerOne<Body extends Accepted, Answer>(
  command: QuestionCommand<Body, Answer>,
  values: Arguments["values"],
  mistakes: readonly Issue[],
  console: Console,
): Promise<number> {
  const asJson = values.get("json") === true;
  try {
    const checked = checkBody(command.body, await question(command, values, console));
    // Mistakes in flags and in the question are told together, so that one round of corrections is enough.
    if (!checked.ok) throw ProblemError.invalid([...mistakes, ...checked.issues]);
    if (mistakes.length > 0) throw ProblemError.invalid(mistakes);
    const answer = command.answer(checked, console.today);
    const output = Object.entries(command.outputs ?? {}).find(([name]) => values.get(name) === true)?.[1];
    await console.write(asJson ? `${JSON.stringify(answer)}\n` : (output?.text ?? command.text)(answer));
    return command.exit?.(answer) ?? EXIT.done;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    const lines = problem.issues?.map((issue) => issueLine(command.flags, issue)) ?? [problem.detail];
    await console.error(lines.map((line) => `headroom: ${line}\n`).join(""));
    if (asJson) await console.write(`${JSON.stringify({ error: problem })}\n`);
    return EXIT.badInput;
  }
}

async function answerMany<Body extends Accepted, Answer>(
  command: QuestionCommand<Body, Answer>,
  values: Arguments["values"],
  mistakes: readonly Issue[],
  console: Console,
): Promise<number> {
  if (mistakes.length > 0) {
    await console.error(mistakes.map((issue) => `headroom: ${issueLine(command.flags, issue)}\n`).join(""));
    return EXIT.badInput;
  }
  const defaults = await question(command, values, console);
  const { answeredCount, refusedCount } = await answerLines(
    console.stdin,
    (line, issues) => command.answer(parseBody(command.body, filledQuestion(line, defaults), issues), console.today),
    console.write,
    (lineNumber, error) => console.error(`headroom: line ${lineNumber} could not be answered: ${String(error)}\n`),
  );
  if (refusedCount === 0) return EXIT.done;
  await console.error(`headroom: ${refusedCount} of ${answeredCount + refusedCount} lines were not answered\n`);
  return EXIT.badInput;
}

/** The question that a file and flags describe, unchecked: the command line accepts exactly what the API accepts. */
async function question(
  { flags, input: complete }: Pick<QuestionCommand<Accepted, never>, "flags" | "input">,
  values: Arguments["values"],
  console: Console,
): Promise<unknown> {
  const file = values.get("request");
  const base = typeof file === "string" ? await readJson("request", file, console) : {};
  if (!isRecord(base)) return base;
  const dataset = values.get("data");
  const measured = typeof dataset === "string" ? await planFieldsOf(dataset, console) : null;
  const input: Record<string, unknown> = {
    ...base,
    ...(measured === null ? {} : taken(measured, base, complete !== undefined)),
  };
  for (const { name, path, entry, scale = 1 } of flags) {
    const value = values.get(name);
    if (value === undefined || (complete !== undefined && path.startsWith(PLAN_PREFIX))) continue;
    const scaled = typeof value === "number" ? value * scale : value;
    setAt(input, path, Array.isArray(value) && entry !== undefined ? value.map(entry) : scaled);
  }
  return complete === undefined ? input : complete(input, values);
}

const PLAN_PREFIX = "plan.";

/** What a dataset settles, over what the file says and under what flags say: a whole plan, or what the question knows. */
function taken(
  measured: Awaited<ReturnType<typeof planFieldsOf>>,
  base: Readonly<Record<string, unknown>>,
  holdsPlan: boolean,
): Readonly<Record<string, unknown>> {
  const { plan = {} } = base;
  // What is no plan stays, to be refused.
  if (holdsPlan) return isRecord(plan) ? { plan: { ...plan, ...measured } } : {};
  const { classCount, averageImageBytes } = measured;
  return {
    ...(classCount === undefined ? {} : { classCount }),
    ...(averageImageBytes === undefined ? {} : { averageImageBytes }),
  };
}

/** The flags of a plan, for a question that holds one. */
export const PLAN_QUESTION_FLAGS: readonly QuestionFlag[] = PLAN_FLAGS.map((flag) => ({
  ...flag,
  path: `${PLAN_PREFIX}${flag.path}`,
}));

/** A question with a plan in it, made of the flags and what the file says. */
export function withPlan(fields: Readonly<Record<string, unknown>>, values: Arguments["values"]): unknown {
  return { ...fields, plan: planInput(values, fields.plan ?? {}) };
}

/** A line's plan, too, comes first and is filled in. */
function filledQuestion(line: unknown, defaults: unknown): unknown {
  const filled = filledIn(line, defaults);
  if (!isRecord(line) || !isRecord(defaults) || !isRecord(filled) || line.plan === undefined) return filled;
  return { ...filled, plan: filledIn(line.plan, defaults.plan) };
}

function setAt(input: Record<string, unknown>, path: string, value: unknown): void {
  const [field = "", part] = path.split(".");
  if (part === undefined) {
    // Two flags may fill one list, such as sizes in shots and in images.
    const before = input[field];
    input[field] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    return;
  }
  const group = input[field];
  input[field] = { ...(isRecord(group) ? group : {}), [part]: value };
}

function clashes(values: Arguments["values"], outputs: readonly string[]): Issue[] {
  const names = ["json", "jsonl", ...outputs];
  const pairs = names.flatMap((name, index) => names.slice(index + 1).map((other) => [name, other]));
  return exclusions(values, [...pairs, ...(values.get("request") === "-" ? [["request", "jsonl"]] : [])]);
}

/** What a line says comes first; defaults fill in what it leaves open. Anything but an object is left to be refused. */
function filledIn(line: unknown, defaults: unknown): unknown {
  return isRecord(line) && isRecord(defaults) ? { ...defaults, ...line } : line;
}

/** The flag that a person has to change, where one sets the field. */
function issueLine(flags: readonly QuestionFlag[], { path, message }: Issue): string {
  const flag = flags.find(
    (candidate) =>
      path === candidate.path || `${path}.kind` === candidate.path || path.startsWith(`${candidate.path}.`),
  );
  if (flag !== undefined) return `--${flag.name}: ${message}`;
  return path === "" || message.includes(path) ? message : `${path}: ${message}`;
}

function helpOf(
  { name, purpose, flags, notes }: Pick<QuestionCommand<Accepted, unknown>, "name" | "purpose" | "flags" | "notes">,
  outputFlags: readonly Flag[],
): string {
  return `Usage: headroom ${name} [flags]
       headroom ${name} --jsonl < questions.jsonl > answers.jsonl

${purpose}

${flagHelp(flags)}
What is read and printed.
${flagHelp(outputFlags)}
${notes}
Exit codes: 0 answered, 64 bad input (every problem is told on standard error). With --jsonl a bad line gives
{"error": …} in its place and the rest go on.
`;
}

/** A number where it is one, else the text, for the schema to refuse. */
export function numberEntry(text: string): unknown {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
