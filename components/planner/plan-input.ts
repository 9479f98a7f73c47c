/** What the form holds: only the fields that were given. The answer brings the values of all others. */
export type PlanInput = Readonly<Record<string, unknown>>;

/** The value at a path such as `strategy.rank`; undefined where nothing was given. */
export function valueAt(input: unknown, path: string): unknown {
  let value = input;
  for (const key of path.split(".")) value = isRecord(value) ? value[key] : undefined;
  return value;
}

/** A copy with one value replaced; undefined takes the field away, so that its default applies again. */
export function withValue(input: PlanInput, path: string, value: unknown): PlanInput {
  const [key = "", ...rest] = path.split(".");
  if (rest.length > 0) {
    const inner = input[key];
    return { ...input, [key]: withValue(isRecord(inner) ? inner : {}, rest.join("."), value) };
  }
  const { [key]: _replaced, ...others } = input;
  return value === undefined ? others : { ...others, [key]: value };
}

/** A copy with one value replaced, and without what depended on the old one. */
export function withChoice(input: PlanInput, path: string, value: unknown): PlanInput {
  const next = withValue(input, path, value);
  // Image and text sizes are the model's own until someone chooses others for that model.
  return path === "model" ? withValue(withValue(next, "imageSize", undefined), "contextLength", undefined) : next;
}

/** A typed figure as a number, or the text itself, which the answer then refuses by name; empty means not given. */
export function parseFigure(text: string, scale = 1): number | string | undefined {
  const plain = text.trim().replace(/[\s,_]/g, "");
  if (plain === "") return undefined;
  return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) * scale : text.trim();
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two inputs ask the same question. */
export function isSameInput(a: PlanInput, b: PlanInput): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
