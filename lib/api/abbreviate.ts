/** How many items of a list are shown before the rest is only counted. */
const SHOWN_ITEMS = 2;

/** A JSON value short enough to be read on a page: long lists end in a note of how much was left out. */
export function abbreviate(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_ITEMS).map(abbreviate);
    const rest = value.length - shown.length;
    return rest === 0 ? shown : [...shown, `… ${rest} more`];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, abbreviate(part)]));
}
