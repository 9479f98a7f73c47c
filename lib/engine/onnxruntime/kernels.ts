/**
 * What the planner knows of a kernel: which results need no memory of their own. Seen by running each operator alone with
 * an input that nobody else reads and asking the runtime how much memory it took; a test does so again.
 */

/** Operators whose result is the input's memory under another shape. */
const VIEWS: ReadonlySet<string> = new Set(["Reshape", "Identity"]);

/** Operators that the CPU provider (1.29) writes over their first input where nobody reads it afterwards. */
const OVERWRITES: ReadonlySet<string> = new Set([
  "Relu",
  "Sigmoid",
  "Tanh",
  "Softplus",
  "Softmax",
  "LogSoftmax",
  "Cast",
]);

export function isView(operator: string): boolean {
  return VIEWS.has(operator);
}

export function mayOverwrite(operator: string): boolean {
  return OVERWRITES.has(operator);
}
