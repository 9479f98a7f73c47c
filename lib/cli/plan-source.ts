/** Where the plan of a command starts from: a file, a link, or nothing; flags then replace its fields. */

import { ProblemError } from "../api/problem";
import { parseJsonBytes } from "../api/read-body";
import { decodeLink } from "../plan/link";
import type { Issue } from "../plan/plan";
import type { Console } from "./console";
import { planFieldsOf } from "./data-source";
import type { Arguments, Flag } from "./flags";

export const BASE_FLAGS = [
  { name: "plan", kind: "text", placeholder: "FILE", help: "start from a plan in JSON; - is standard input" },
  { name: "link", kind: "text", placeholder: "URL", help: "start from a share link" },
  {
    name: "data",
    kind: "text",
    placeholder: "DIR|FILE",
    help: "take counts of samples and classes and the size of images from a dataset",
  },
  {
    name: "model-config",
    kind: "text",
    placeholder: "FILE",
    help: "a model of your own: an open_clip configuration in JSON",
  },
] as const satisfies readonly Flag[];

/** The plan that flags start from: a file, a link, or nothing, with what a dataset settles. */
export async function basePlan(values: Arguments["values"], console: Console): Promise<unknown> {
  const [plan, link, config] = [values.get("plan"), values.get("link"), values.get("model-config")];
  const base =
    typeof plan === "string" ? await readJson("plan", plan, console) : typeof link === "string" ? linkedPlan(link) : {};
  if (!isRecord(base)) return base;
  const data = values.get("data");
  return {
    ...base,
    ...(typeof data === "string" ? await planFieldsOf(data, console) : {}),
    ...(typeof config === "string" ? { model: await readJson("model-config", config, console) } : {}),
  };
}

/**
 * @param path  a file, or `-` for standard input
 * @throws {ProblemError} when it cannot be read, is not JSON or gives a key twice
 */
export async function readJson(flag: string, path: string, console: Console): Promise<unknown> {
  const bytes = path === "-" ? await readAll(console.stdin) : await readNamed(flag, path, console);
  const { value, issues } = parseJsonBytes(bytes, "file");
  if (issues.length > 0) throw ProblemError.invalid(issues);
  return value;
}

async function readNamed(flag: string, path: string, console: Console): Promise<Uint8Array> {
  try {
    return await console.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `--${flag} cannot be read: ${reason}`;
    throw ProblemError.invalid([{ path: `--${flag}`, code: "unreadable_file", message, received: path }]);
  }
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Takes a whole address, or only what stands after its question mark. */
function linkedPlan(link: string): unknown {
  return decodeLink(new URLSearchParams(link.slice(link.indexOf("?") + 1)));
}

/** @param groups  names of flags of which at most one may be given */
export function exclusions(values: Arguments["values"], groups: readonly (readonly string[])[]): Issue[] {
  const clashes = groups.filter((names) => names.every((name) => values.has(name)));
  return clashes.map((names) => {
    const flags = names.map((name) => `--${name}`);
    return {
      path: flags.join(" "),
      code: "contradiction",
      message: `${flags.join(" and ")} exclude each other; give one`,
    };
  });
}

export function strayOperands(operands: readonly string[]): Issue[] {
  return operands.map((operand) => ({
    path: operand,
    code: "unexpected_argument",
    message: `${operand} belongs to no flag; write --flag value`,
  }));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
