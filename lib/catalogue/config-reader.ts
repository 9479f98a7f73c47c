/** Reads fields of an untrusted object one by one, collecting everything that is wrong instead of stopping at the first. */

import type { Issue } from "../plan/plan";
import { nearestNames } from "./nearest-names";
import { shownValue } from "./shown-value";

interface Range {
  readonly min: number;
  readonly max: number;
}

export class ConfigReader {
  private readonly handled = new Set<string>();
  private readonly kept: Record<string, unknown> = {};

  private constructor(
    private readonly record: Readonly<Record<string, unknown>>,
    private readonly path: string,
    private readonly issues: Issue[],
  ) {}

  /** @returns null when the value is not an object, which is then among the issues */
  static open(value: unknown, path: string, issues: Issue[]): ConfigReader | null {
    if (isRecord(value)) return new ConfigReader(value, path, issues);
    const message = value === undefined ? "is missing; give an object" : "must be an object";
    issues.push(issueAt(path, "wrong_type", message, value));
    return null;
  }

  has(field: string): boolean {
    const value = this.record[field];
    return value !== undefined && value !== null;
  }

  isList(field: string): boolean {
    return Array.isArray(this.record[field]);
  }

  section(field: string): ConfigReader | null {
    const reader = ConfigReader.open(this.take(field), this.at(field), this.issues);
    if (reader !== null) this.kept[field] = reader.kept;
    return reader;
  }

  optionalSection(field: string): ConfigReader | null {
    this.handled.add(field);
    return this.has(field) ? this.section(field) : null;
  }

  integer(field: string, range: Range & { readonly default?: number }): number {
    const value = this.number(field, range);
    if (!Number.isInteger(value)) this.refuse(field, this.record[field], "must be a whole number");
    return value;
  }

  /** A value that is refused is replaced by one in range, so that reading can go on; the whole is then refused. */
  number(field: string, range: Range & { readonly default?: number }): number {
    const value = this.take(field);
    if (value === undefined) {
      if (range.default !== undefined) return range.default;
      this.refuse(field, undefined, `is missing; give a number from ${range.min} to ${range.max}`);
      return range.min;
    }
    if (typeof value !== "number" || !(value >= range.min && value <= range.max)) {
      this.refuse(field, value, `must be a number from ${range.min} to ${range.max}`);
      return range.default ?? range.min;
    }
    this.kept[field] = value;
    return value;
  }

  optionalNumber(field: string, range: Range): number | undefined {
    this.handled.add(field);
    return this.has(field) ? this.number(field, range) : undefined;
  }

  boolean(field: string, fallback: boolean): boolean {
    const value = this.take(field);
    if (value === undefined || value === null) return fallback;
    if (typeof value !== "boolean") {
      this.refuse(field, value, "must be true or false");
      return fallback;
    }
    this.kept[field] = value;
    return value;
  }

  text(field: string): string | null {
    const value = this.take(field);
    if (typeof value !== "string" || value === "") {
      this.refuse(field, value, "must be a name");
      return null;
    }
    this.kept[field] = value;
    return value;
  }

  /** One of the names in `meanings`, answered by what it means. */
  choice<Name extends string, const Meaning extends string>(
    field: string,
    meanings: Readonly<Record<Name, Meaning>>,
    fallback: NoInfer<Name>,
  ): Meaning {
    const value = this.take(field);
    if (value === undefined || value === null) return meanings[fallback];
    if (isKeyOf(meanings, value)) {
      this.kept[field] = value;
      return meanings[value];
    }
    const names = Object.keys(meanings);
    this.refuse(field, value, `must be one of ${names.join(", ")}`, names);
    return meanings[fallback];
  }

  /** A side in pixels; a pair is accepted when both sides are equal. */
  squareSize(field: string, fallback: number, max: number): number {
    const value = this.record[field];
    if (!Array.isArray(value)) return this.integer(field, { default: fallback, min: 1, max });
    this.handled.add(field);
    const [height, width]: unknown[] = value;
    if (value.length === 2 && height === width && isWholeNumber(height, { min: 1, max })) {
      this.kept[field] = height;
      return height;
    }
    this.refuse(field, value, "must be one side, or two equal ones: only square images are answered");
    return fallback;
  }

  fourIntegers(field: string, range: Range): readonly [number, number, number, number] {
    const value = this.take(field);
    if (Array.isArray(value) && value.length === 4) {
      const [first, second, third, fourth]: unknown[] = value;
      if (
        isWholeNumber(first, range) &&
        isWholeNumber(second, range) &&
        isWholeNumber(third, range) &&
        isWholeNumber(fourth, range)
      ) {
        this.kept[field] = [first, second, third, fourth];
        return [first, second, third, fourth];
      }
    }
    this.refuse(field, value, `must be four whole numbers from ${range.min} to ${range.max}, one for each stage`);
    return [range.min, range.min, range.min, range.min];
  }

  /** A field that would add a part no graph is written for, unless it has one of these values. */
  neutral(field: string, values: readonly unknown[], part: string): void {
    const value = this.take(field);
    if (value === undefined || value === null || values.includes(value)) return;
    this.refuse(field, value, `asks for ${part}, which cannot be expressed yet; leave it out`, [], "not_expressible");
  }

  mustBeAbsent(field: string, part: string): void {
    this.handled.add(field);
    if (!this.has(field)) return;
    this.refuse(field, this.record[field], `asks for ${part}, which cannot be expressed yet`, [], "not_expressible");
  }

  /** A field that must be given with this value. */
  required(field: string, value: string, reason: string): void {
    const found = this.take(field);
    if (found === value) this.kept[field] = found;
    else this.refuse(field, found, `must be "${value}": ${reason}`, [value]);
  }

  /** Fields that do not shape the model: read by tokenizers, weight loaders, or not at all. */
  ignored(fields: readonly string[]): void {
    for (const field of fields) this.handled.add(field);
  }

  refuse(
    field: string,
    value: unknown,
    message: string,
    suggestions: readonly string[] = [],
    code = "invalid_value",
  ): void {
    this.issues.push(issueAt(this.at(field), code, message, value, suggestions));
  }

  refuseUnknown(): void {
    for (const field of Object.keys(this.record)) {
      if (this.handled.has(field)) continue;
      const near = nearestNames(field, [...this.handled]);
      const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "remove it";
      this.refuse(
        field,
        this.record[field],
        `is not a field of an open_clip configuration; ${hint}`,
        near,
        "unknown_field",
      );
    }
  }

  /** The fields that were given, had an effect and were accepted. */
  given(): Readonly<Record<string, unknown>> {
    return this.kept;
  }

  private take(field: string): unknown {
    this.handled.add(field);
    return this.record[field];
  }

  private at(field: string): string {
    return `${this.path}.${field}`;
  }
}

function issueAt(
  path: string,
  code: string,
  message: string,
  value: unknown,
  suggestions: readonly string[] = [],
): Issue {
  const field = path.slice(path.lastIndexOf(".") + 1);
  return {
    path,
    code,
    message: value === undefined ? `${field} ${message}` : `${field} ${shownValue(value)} ${message}`,
    ...(value === undefined ? {} : { received: shownValue(value) }),
    ...(suggestions.length > 0 ? { suggestions } : {}),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKeyOf<Name extends string>(record: Readonly<Record<Name, unknown>>, value: unknown): value is Name {
  return typeof value === "string" && Object.hasOwn(record, value);
}

function isWholeNumber(value: unknown, { min, max }: Range): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
