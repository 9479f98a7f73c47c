/** Keys that an object of a JSON text holds twice: `JSON.parse` keeps the last and says nothing of the others. */

import type { Issue } from "../plan/plan";

interface Open {
  /** How often each key was seen; null in a list. */
  readonly keys: Map<string, number> | null;
  /** Of what is being read: the last key, or the place in a list. */
  at: string | number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [LIST_OPENS, LIST_CLOSES, OBJECT_OPENS, OBJECT_CLOSES] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/**
 * @param text  JSON; nothing else may be said of other texts
 * @returns an issue for each key that is there more than once, with its path
 */
export function repeatedKeys(text: string): readonly Issue[] {
  const issues: Issue[] = [];
  const open: Open[] = [];
  let top: Open | undefined;
  let isKeyNext = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (isKeyNext && top?.keys != null) {
        const key = keyIn(text, at, end);
        top.keys.set(key, (top.keys.get(key) ?? 0) + 1);
        top.at = key;
        isKeyNext = false;
      }
      at = end;
    } else if (code === COMMA) {
      if (typeof top?.at === "number") top.at++;
      else isKeyNext = true;
    } else if (code === OBJECT_OPENS || code === LIST_OPENS) {
      isKeyNext = code === OBJECT_OPENS;
      top = isKeyNext ? { keys: new Map(), at: "" } : { keys: null, at: 0 };
      open.push(top);
    } else if (code === OBJECT_CLOSES || code === LIST_CLOSES) {
      const closed = open.pop();
      top = open.at(-1);
      isKeyNext = false;
      for (const [key, count] of closed?.keys ?? []) if (count > 1) issues.push(issueOf(open, key, count));
    }
  }
  return issues;
}

/** Where the quote is that closes a string. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    // An even number of backslashes are characters of their own.
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

/** As it is read: `"a"` and `"\u0061"` are one key. */
function keyIn(text: string, start: number, end: number): string {
  const written = text.slice(start + 1, end);
  return written.includes("\\") ? String(JSON.parse(`"${written}"`)) : written;
}

function issueOf(around: readonly Open[], key: string, count: number): Issue {
  const path = [...around.map(({ at }) => at), key].join(".");
  const times = count === 2 ? "twice" : `${count} times`;
  const message = `${path === "" ? 'the key ""' : path} is given ${times}, and JSON would keep only the last; give it once`;
  return { path, code: "repeated_key", message };
}
