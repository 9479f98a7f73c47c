/** Cuts the elements of a JSON array out of a stream of text, keeping no more than one of them and one piece of text. */

export type JsonElement =
  | { readonly kind: "value"; readonly index: number; readonly value: unknown }
  /** One element that is no JSON; the next ones go on. */
  | { readonly kind: "broken"; readonly index: number; readonly message: string }
  /** The text ends before the array does. */
  | { readonly kind: "cut_off"; readonly index: number }
  | { readonly kind: "no_array" };

/** An entry is far smaller; a longer one is damage that no other sign gave away. */
const LONGEST_ELEMENT = 1_000_000;

/**
 * Follows quotes and brackets alone, so that a damaged element is told and passed over, which a parser of the whole
 * could not. Where they do not match – a quote or a bracket was lost – the next element is found by its first name, which
 * is that of the elements before.
 */
export async function* jsonElements(chunks: AsyncIterable<string>): AsyncGenerator<JsonElement> {
  const cutter = new Cutter();
  for await (const chunk of chunks) yield* cutter.take(chunk, false);
  yield* cutter.take("", true);
}

class Cutter {
  private text = "";
  private at = 0;
  private index = 0;
  private place: "before" | "inside" | "lost" | "after" | "ended" = "before";
  private firstName: string | null = null;

  /** @param isWhole  no more text follows */
  *take(chunk: string, isWhole: boolean): Generator<JsonElement> {
    this.text = this.text.slice(this.at) + chunk;
    this.at = 0;
    for (let found = this.next(isWhole); found !== "more"; found = this.next(isWhole)) if (found !== null) yield found;
  }

  /** @returns null where something was passed that is no element */
  private next(isWhole: boolean): JsonElement | null | "more" {
    if (this.place === "ended") return this.letGo(0);
    if (this.place === "lost") return this.findNext(isWhole);
    this.at = afterSpace(this.text, this.at);
    const character = this.text[this.at];
    if (this.place === "inside") return this.element(isWhole);
    if (character === undefined) return isWhole && this.place === "before" ? this.end({ kind: "no_array" }) : "more";
    if (this.place === "after") {
      return this.end({ kind: "broken", index: this.index, message: "text follows the end of the array" });
    }
    if (character !== "[") return this.end({ kind: "no_array" });
    this.at += 1;
    this.place = "inside";
    return null;
  }

  private element(isWhole: boolean): JsonElement | null | "more" {
    const start = this.at;
    const end = endOf(this.text, start);
    if (end === "more") {
      if (!isWhole && this.text.length - start <= LONGEST_ELEMENT) return "more";
      const rest = this.text.slice(start);
      if (isWhole && isObject(rest)) {
        this.at = this.text.length;
        return this.parsed(rest);
      }
      return this.recover(start, isWhole, null);
    }
    if (end === "mismatch") return this.recover(start, isWhole, "has a quote or a bracket too few or too many");
    const element = this.text.slice(start, end);
    const isLast = this.text[end] === "]";
    this.at = end + 1;
    if (isLast) this.place = "after";
    if (element.trim() === "" && isLast) {
      return this.index === 0 ? null : this.broken("nothing stands between a comma and the end of the array");
    }
    return this.parsed(element);
  }

  private parsed(element: string): JsonElement {
    try {
      const value: unknown = JSON.parse(element);
      this.firstName = firstNameOf(element) ?? this.firstName;
      const found = { kind: "value", index: this.index, value } as const;
      this.index += 1;
      return found;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.broken(error.message);
    }
  }

  /** Goes on at the next element that begins like those before. @param message  null where the text just went on */
  private recover(start: number, isWhole: boolean, message: string | null): JsonElement | "more" {
    const next = this.nextBeginning(start + 1, this.firstName ?? firstNameOf(this.text.slice(start)));
    if (next !== null) {
      this.at = next;
      return this.broken(message ?? "has a quote or a bracket that is never closed");
    }
    if (!isWhole) {
      if (this.text.length - start <= LONGEST_ELEMENT) return "more";
      this.firstName ??= firstNameOf(this.text.slice(start));
      this.place = "lost";
      return this.broken(`has no end within ${LONGEST_ELEMENT} characters`);
    }
    const isClosed = message !== null && this.text.trimEnd().endsWith("]");
    return this.end(isClosed ? this.broken(message) : { kind: "cut_off", index: this.index });
  }

  /** Passes over what belongs to an element that was given up. */
  private findNext(isWhole: boolean): JsonElement | null | "more" {
    const next = this.nextBeginning(this.at, this.firstName);
    if (next === null) return isWhole ? this.end({ kind: "cut_off", index: this.index }) : this.letGo(OVERLAP);
    this.at = next;
    this.place = "inside";
    return null;
  }

  /** @param name  the first of an element; null while none is known */
  private nextBeginning(from: number, name: string | null): number | null {
    const begin = name === null ? /\}\s*,\s*(?=\{)/g : new RegExp(`,\\s*(?=\\{\\s*"${escaped(name)}"\\s*:)`, "g");
    begin.lastIndex = from;
    return begin.test(this.text) ? begin.lastIndex : null;
  }

  private broken(message: string): JsonElement {
    const found = { kind: "broken", index: this.index, message } as const;
    this.index += 1;
    return found;
  }

  private end(last: JsonElement): JsonElement {
    this.place = "ended";
    return last;
  }

  /** @param kept  characters at the end that may be the beginning of something */
  private letGo(kept: number): "more" {
    this.text = this.text.slice(Math.max(this.at, this.text.length - kept));
    this.at = 0;
    return "more";
  }
}

/** The beginning of an element may be cut in two. */
const OVERLAP = 1000;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * @param start  where the element begins
 * @returns where the comma or bracket after it stands; "mismatch" where no JSON could go on so
 */
function endOf(text: string, start: number): number | "more" | "mismatch" {
  const open: number[] = [];
  let before = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const close = closeOf(text, at + 1);
      if (typeof close === "string") return close;
      at = close;
      before = QUOTE;
      continue;
    }
    // Space, tab, line feed and carriage return.
    if (code <= 0x20) continue;
    const top = open.at(-1);
    if (top === undefined && (code === COMMA || code === CLOSE_ARRAY)) return at;
    const goesOn = code === COMMA || code === COLON || code === CLOSE_OBJECT || code === CLOSE_ARRAY;
    if (before === QUOTE && !goesOn) return "mismatch";
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (top === OPEN_OBJECT && before === COMMA) return "mismatch";
      open.push(code);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (open.pop() !== (code === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_ARRAY)) return "mismatch";
    }
    before = code;
  }
  return "more";
}

/** @returns where the quote that closes a string stands; a line that ends inside one is no JSON */
function closeOf(text: string, from: number): number | "more" | "mismatch" {
  let close = text.indexOf('"', from);
  while (close >= 0 && isEscaped(text, close, from)) close = text.indexOf('"', close + 1);
  if (text.slice(from, close < 0 ? text.length : close).includes("\n")) return "mismatch";
  return close < 0 ? "more" : close;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number, from: number): boolean {
  let at = quote - 1;
  while (at >= from && text.charCodeAt(at) === BACKSLASH) at -= 1;
  return (quote - 1 - at) % 2 === 1;
}

/** Whether a text is an object of JSON; a number may have been cut in two. */
function isObject(text: string): boolean {
  if (!text.trimEnd().endsWith("}")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s\uFEFF]/.test(text.charAt(at))) at += 1;
  return at;
}

/** Of an element that is an object, the name it begins with. */
function firstNameOf(element: string): string | null {
  return /^\s*\{\s*"([^"\\]{1,100})"\s*:/.exec(element)?.[1] ?? null;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
