/** Reads command-line arguments by a declared list of flags, in the GNU way, and says every mistake at once. */

import { nearestNames } from "../catalogue/nearest-names";
import type { Issue } from "../plan/plan";
import { textTable } from "./text-table";

/** What a flag takes: nothing (`switch`), a text, a number, or a list separated by commas. */
export type FlagKind = "switch" | "text" | "number" | "list";

export interface Flag {
  /** Without the dashes, such as `grad-checkpointing`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly kind: FlagKind;
  /** Such as `N` or `NAME`, for the help. */
  readonly placeholder?: string;
  readonly help: string;
}

export type FlagValue = boolean | number | string | readonly string[];

export interface Arguments {
  /** By the flag's own name, whichever alias was used. */
  readonly values: ReadonlyMap<string, FlagValue>;
  readonly operands: readonly string[];
  readonly issues: readonly Issue[];
}

/**
 * Understands `--flag value`, `--flag=value`, `-h`, `--no-switch` and `--` for the end of flags. A number that is
 * no number is passed on as text, so that whoever knows the field says what is wrong with it.
 */
export function readArguments(flags: readonly Flag[], argv: readonly string[]): Arguments {
  const byName = new Map(
    flags.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])].map((name) => [name, flag] as const)),
  );
  const values = new Map<string, FlagValue>();
  const operands: string[] = [];
  const issues: Issue[] = [];
  const rest = [...argv];

  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--") {
      operands.push(...rest);
      break;
    }
    if (!argument.startsWith("-") || argument === "-" || isNumber(argument)) {
      operands.push(argument);
      continue;
    }
    const [, dashes = "", name = "", inline] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const negated = dashes === "--" && name.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
    const flag = byName.get(name);
    if (flag === undefined && negated?.kind === "switch" && inline === undefined) {
      setOnce(negated, false);
    } else if (flag === undefined) {
      issues.push(unknownFlag(`${dashes}${name}`, byName));
      // Its value would otherwise be taken for a stray operand and be reported as a second mistake.
      if (inline === undefined && rest[0] !== undefined && !rest[0].startsWith("-")) rest.shift();
    } else if (flag.kind === "switch") {
      const value = inline === undefined ? true : SWITCH_VALUES.get(inline.toLowerCase());
      if (value === undefined) issues.push(issue(flag, "invalid_value", `--${flag.name} takes true or false`, inline));
      else setOnce(flag, value);
    } else {
      const text = inline ?? takeValue(rest, byName);
      if (text === undefined)
        issues.push(issue(flag, "missing_value", `--${flag.name} needs a value: ${flag.placeholder ?? flag.kind}`));
      else setOnce(flag, readValue(flag.kind, text));
    }
  }
  return { values, operands, issues };

  function setOnce(flag: Flag, value: FlagValue) {
    if (values.has(flag.name))
      issues.push(issue(flag, "repeated", `--${flag.name} is given more than once; give it once`));
    else values.set(flag.name, value);
  }
}

const SWITCH_VALUES = new Map([
  ["true", true],
  ["false", false],
]);

/** A negative number is a value; anything else that starts with dashes and is a known flag is the next flag. */
function takeValue(rest: string[], byName: ReadonlyMap<string, Flag>): string | undefined {
  const [next] = rest;
  if (next === undefined) return undefined;
  if (next.startsWith("--") && (next === "--" || byName.has(next.slice(2).split("=", 1)[0] ?? ""))) return undefined;
  return rest.shift();
}

function readValue(kind: Exclude<FlagKind, "switch">, text: string): FlagValue {
  if (kind === "list")
    return text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  return kind === "number" && isNumber(text) ? Number(text) : text;
}

/** Plain decimal notation only: `0x20`, `Infinity` and an empty text are texts, and are refused as such further on. */
function isNumber(text: string): boolean {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text);
}

function unknownFlag(given: string, byName: ReadonlyMap<string, Flag>): Issue {
  const suggestions = nearestNames(
    given,
    [...byName.keys()].filter((name) => name.length > 1),
  ).map((name) => `--${name}`);
  const wayOut = suggestions.length === 0 ? "see --help" : `did you mean ${suggestions.join(" or ")}?`;
  return { path: given, code: "unknown_flag", message: `${given} is no flag; ${wayOut}`, suggestions };
}

function issue(flag: Flag, code: string, message: string, received?: string): Issue {
  return { path: `--${flag.name}`, code, message, ...(received === undefined ? {} : { received }) };
}

/** The flags as a list for `--help`. */
export function flagHelp(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => [`  ${usageOf(flag)}`, flag.help]);
  return textTable(["", ""], rows);
}

function usageOf({ name, kind, placeholder, aliases = [] }: Flag): string {
  const short = aliases.find((alias) => alias.length === 1);
  const long = kind === "switch" ? `--${name}` : `--${name} ${placeholder ?? "VALUE"}`;
  return short === undefined ? long : `-${short}, ${long}`;
}
