import type { FileMetaData } from "hyparquet";

/** Names of classes by their number. */
export type FeatureNames = readonly string[];

/**
 * What Hugging Face's `datasets` writes beside a column of class numbers.
 *
 * @returns null where nothing of the kind is written, or not in that form
 */
export function classNames({ key_value_metadata }: FileMetaData, column: string): FeatureNames | null {
  const text = key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return null;
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
  const names = ["info", "features", column, "names"].reduce(memberOf, written);
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
