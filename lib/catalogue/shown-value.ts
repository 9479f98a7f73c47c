/** The longest part of a received value that a message repeats. */
const LONGEST_SHOWN = 60;
/** A deeper or longer structure is cut before it is written out, so that showing it costs nothing. */
const LONGEST_LIST_SHOWN = 8;

/** A received value as a message shows it: short, on one line, and safe for anything that was sent. */
export function shownValue(value: unknown): string {
  const text = describe(value, 2).replace(/\s+/g, " ");
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
}

function describe(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, LONGEST_SHOWN));
  if (typeof value === "bigint") return `${value}n`.slice(0, LONGEST_SHOWN);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) {
    const items = value.slice(0, LONGEST_LIST_SHOWN).map((item) => describe(item, depth - 1));
    return `[${items.join(", ")}${value.length > LONGEST_LIST_SHOWN ? ", …" : ""}]`;
  }
  const fields = Object.keys(value);
  const shown = fields.slice(0, LONGEST_LIST_SHOWN).map((field) => field.slice(0, LONGEST_SHOWN));
  return `{${shown.join(", ")}${fields.length > LONGEST_LIST_SHOWN ? ", …" : ""}}`;
}
