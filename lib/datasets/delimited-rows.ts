/** Cuts rows out of delimited text, keeping no more than one row and one piece of text. */

export type DelimitedRow =
  | { readonly kind: "row"; readonly line: number; readonly fields: readonly string[] }
  /** A row that is none; the next line goes on. */
  | { readonly kind: "broken"; readonly line: number; readonly message: string };

/** A row is far smaller; a longer one has a quote that is never closed. */
const LONGEST_ROW = 1_000_000;

/**
 * Rows as RFC 4180 has them, with `\n`, `\r\n` or `\r` at their ends and empty lines passed over. A damaged row is told and
 * costs one line, never those after it.
 *
 * @param delimiter  with a tab, quotes that do not enclose a whole field are text like any other
 */
export async function* delimitedRows(chunks: AsyncIterable<string>, delimiter: string): AsyncGenerator<DelimitedRow> {
  let [text, line] = ["", 1];
  let ending: "\n" | "\r" | null = null;
  for await (const chunk of chunks) {
    text += chunk;
    ending ??= endingOf(text);
    if (ending === null) continue;
    let at = 0;
    for (;;) {
      const cut = cutRow(text, at, delimiter, ending, false);
      if (cut === null) break;
      yield* rowsOf(cut, line);
      line += cut.lineCount;
      at = cut.next;
    }
    text = text.slice(at);
  }
  for (let at = 0; at < text.length; ) {
    const cut = cutRow(text, at, delimiter, ending ?? "\n", true);
    if (cut === null) throw new Error(`the last row of ${text.length - at} characters has no end`);
    yield* rowsOf(cut, line);
    line += cut.lineCount;
    at = cut.next;
  }
}

/** What ends a line in this text; null while that cannot be told, as after a first `\r` alone. */
function endingOf(text: string): "\n" | "\r" | null {
  if (text.includes("\n")) return "\n";
  const at = text.indexOf("\r");
  return at >= 0 && at + 1 < text.length ? "\r" : null;
}

interface Cut {
  /** Null where the row is none. */
  readonly fields: readonly string[] | null;
  readonly message: string;
  readonly next: number;
  readonly lineCount: number;
}

function* rowsOf({ fields, message }: Cut, line: number): Generator<DelimitedRow> {
  if (fields === null) yield { kind: "broken", line, message };
  // An empty line is one empty field.
  else if (fields.length > 1 || fields[0] !== "") yield { kind: "row", line, fields };
}

/** @returns null when the text does not hold the end of the row */
function cutRow(text: string, start: number, delimiter: string, ending: string, isWhole: boolean): Cut | null {
  const lineEnd = text.indexOf(ending, start);
  if (lineEnd < 0 && !isWhole && text.length - start <= LONGEST_ROW) return null;
  const end = lineEnd < 0 ? text.length : lineEnd;
  const line = text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
  const simple = { message: "", next: end + 1, lineCount: 1 };
  if (!line.includes('"')) return { ...simple, fields: line.split(delimiter) };
  const quoted = cutQuoted(text, start, delimiter, ending, isWhole);
  if (quoted === "more" && text.length - start <= LONGEST_ROW) return null;
  if (typeof quoted === "object" && quoted.fields !== null) return quoted;
  if (delimiter === "\t") return { ...simple, fields: line.split(delimiter) };
  const message =
    typeof quoted === "object"
      ? quoted.message
      : "has a quote that is never closed: this line is left out, the next is read";
  return { ...simple, fields: null, message };
}

/** A row with quotes in it, which may reach over several lines. */
function cutQuoted(
  text: string,
  start: number,
  delimiter: string,
  ending: string,
  isWhole: boolean,
): Cut | "more" | "unclosed" {
  const fields: string[] = [];
  let [at, lineCount] = [start, 1];
  for (;;) {
    let field: string;
    if (text[at] === '"') {
      field = "";
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return isWhole ? "unclosed" : "more";
        // Whether the quote is doubled, or a line end follows it, lies in the next piece.
        if (close + 2 >= text.length && !isWhole) return "more";
        const part = text.slice(at + 1, close);
        field += part;
        lineCount += countOf(part, ending);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
    } else {
      const end = firstOf(text, at, delimiter, ending);
      if (end === null && !isWhole) return "more";
      const stop = end ?? text.length;
      // What a quote inside an unquoted field means is anybody's guess: it is kept as it stands.
      field = text.slice(at, text[stop] === "\n" && text[stop - 1] === "\r" ? stop - 1 : stop);
      at = stop;
    }
    fields.push(field);
    if (text[at] === delimiter) at += 1;
    else if (at >= text.length) return { fields, message: "", next: at, lineCount };
    else if (text[at] === ending) return { fields, message: "", next: at + 1, lineCount };
    else if (text[at] === "\r" && text[at + 1] === ending) return { fields, message: "", next: at + 2, lineCount };
    else return { fields: null, message: "has text after a closing quote", next: at, lineCount };
  }
}

function firstOf(text: string, from: number, a: string, b: string): number | null {
  const [first, second] = [text.indexOf(a, from), text.indexOf(b, from)];
  if (first < 0) return second < 0 ? null : second;
  return second < 0 ? first : Math.min(first, second);
}

function countOf(text: string, what: string): number {
  let count = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) count += 1;
  return count;
}
