/** Reading JSON from strangers: where it breaks, and which values it cannot carry. */

import type { Issue } from "../plan/plan";

/** Where a text stops being JSON. `position` counts UTF-16 units from 0, `line` and `column` count from 1. */
export interface JsonFault {
  readonly position: number;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: JsonFault };

/** Parses a text; when it is not JSON, says where and why instead of throwing. */
export function parseJson(text: string): JsonResult {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, fault: locate(text, error) };
  }
}

/** Deeper than any plan reaches, shallow enough that no recursive reader of the value can run out of stack. */
const DEPTH_LIMIT = 32;

/**
 * Values that pass `JSON.parse` and still cannot be worked with: numbers beyond a float64, such as 1e999, which
 * become Infinity, and nesting that no plan needs.
 */
export function unusableJsonValues(value: unknown): readonly Issue[] {
  const issues: Issue[] = [];
  const open: { readonly path: string; readonly value: unknown; readonly depth: number }[] = [
    { path: "", value, depth: 0 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value: current, depth } = next;
    if (typeof current === "number" && !Number.isFinite(current)) {
      issues.push({
        path,
        code: "number_out_of_range",
        message: `${path === "" ? "the value" : path} is larger than a 64-bit float can hold; give a number within ±1.79e308`,
        received: String(current),
      });
    }
    if (typeof current !== "object" || current === null) continue;
    if (depth === DEPTH_LIMIT) {
      issues.push({
        path,
        code: "too_deep",
        message: `${path} is nested deeper than ${DEPTH_LIMIT} levels; a plan needs 3`,
      });
      // One branch that is too deep condemns the whole: paths below would only repeat it.
      return issues;
    }
    for (const [key, child] of Object.entries(current)) {
      if (typeof child !== "number" && typeof child !== "object") continue;
      open.push({ path: path === "" ? key : `${path}.${key}`, value: child, depth: depth + 1 });
    }
  }
  return issues;
}

function locate(text: string, error: SyntaxError): JsonFault {
  const fault = firstFault(text) ?? { position: text.length, message: error.message };
  const before = text.slice(0, fault.position);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { ...fault, line: before.split("\n").length, column: fault.position - lineStart + 1 };
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const WORD = /[-+\w.']+|[^\s]/y;
const WHITESPACE = /[ \t\n\r]*/y;

/** What other languages write and JSON has not, with the way out. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  NaN: "JSON has no NaN; leave the field out or give a number",
  "-NaN": "JSON has no NaN; leave the field out or give a number",
  Infinity: "JSON has no Infinity; leave the field out or give a number",
  "-Infinity": "JSON has no Infinity; leave the field out or give a number",
  undefined: "JSON has no undefined; leave the field out",
  None: "write null",
  True: "write true",
  False: "write false",
};

type Expecting = "value" | "value or ]" | "key" | "key or }" | "colon" | "end";

const CLOSES_EMPTY: Readonly<Partial<Record<Expecting, string>>> = { "value or ]": "]", "key or }": "}" };

/** Follows the grammar of RFC 8259 without recursion, so that depth cannot harm it. Null when no fault is found. */
function firstFault(text: string): { readonly position: number; readonly message: string } | null {
  const open: ("{" | "[")[] = [];
  let expecting: Expecting = "value";
  let at = 0;
  for (;;) {
    at = matchEnd(WHITESPACE, text, at) ?? at;
    const character = text[at];
    if (character === undefined) {
      return expecting === "end" && open.length === 0 ? null : { position: at, message: endsEarly(open.at(-1)) };
    }
    if (expecting === "end") {
      const container = open.at(-1);
      if (container === undefined)
        return { position: at, message: `${word(text, at)} follows after the end of the value` };
      if (character === ",") {
        expecting = container === "{" ? "key" : "value";
        at += 1;
      } else if (character === (container === "{" ? "}" : "]")) {
        open.pop();
        at += 1;
      } else {
        return {
          position: at,
          message: `${word(text, at)} where a comma or ${container === "{" ? "}" : "]"} was expected`,
        };
      }
    } else if (expecting === "colon") {
      if (character !== ":") return { position: at, message: `${word(text, at)} where a colon was expected` };
      expecting = "value";
      at += 1;
    } else if (character === CLOSES_EMPTY[expecting]) {
      open.pop();
      expecting = "end";
      at += 1;
    } else if (character === '"') {
      const string = readString(text, at);
      if (!string.ok) return string;
      expecting = isKeyNext(expecting) ? "colon" : "end";
      at = string.end;
    } else if (isKeyNext(expecting)) {
      const trailing = expecting === "key" && character === "}";
      return {
        position: at,
        message: trailing ? "a comma stands before }" : `${word(text, at)} where a "key" was expected`,
      };
    } else if (character === "{" || character === "[") {
      open.push(character);
      expecting = character === "{" ? "key or }" : "value or ]";
      at += 1;
    } else {
      const end = matchEnd(NUMBER, text, at) ?? matchEnd(LITERAL, text, at);
      if (end === null) return { position: at, message: notAValue(text, at) };
      expecting = "end";
      at = end;
    }
  }
}

function isKeyNext(expecting: Expecting): boolean {
  return expecting === "key" || expecting === "key or }";
}

function matchEnd(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function readString(
  text: string,
  start: number,
):
  | { readonly ok: true; readonly end: number }
  | { readonly ok: false; readonly position: number; readonly message: string } {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { ok: true, end: at + 1 };
    if (code < 0x20) return { ok: false, position: at, message: "a control character inside a string must be escaped" };
    if (code === 0x5c) {
      const known = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;
      const end = matchEnd(known, text, at + 1);
      if (end === null) return { ok: false, position: at, message: "a backslash starts no known escape" };
      at = end - 1;
    }
  }
  return { ok: false, position: text.length, message: `the string that starts at position ${start} is not closed` };
}

function notAValue(text: string, at: number): string {
  if (text[at] === "]") return "a comma stands before ]";
  const found = rawWord(text, at);
  const hint = FOREIGN_WORDS[found];
  if (hint !== undefined) return `${found} is no JSON value: ${hint}`;
  return found.startsWith("'") ? "strings take double quotes" : `${word(text, at)} is no JSON value`;
}

function endsEarly(container: "{" | "[" | undefined): string {
  if (container === undefined) return "the text is empty";
  return `the text ends before its ${container === "{" ? "}" : "]"}`;
}

function rawWord(text: string, at: number): string {
  const end = matchEnd(WORD, text, at) ?? at + 1;
  return text.slice(at, Math.min(end, at + 40));
}

function word(text: string, at: number): string {
  return JSON.stringify(rawWord(text, at));
}
