/** The day it is, in UTC, such as "2026-11-27": prices are dated, and answers say how old they are. */
export function todaysDate(): string {
  return new Date().toISOString().slice(0, "2026-11-27".length);
}
