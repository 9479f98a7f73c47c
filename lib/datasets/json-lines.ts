/** Parts text into lines of JSON, keeping no more than one line and one piece of text. */

export interface JsonLine {
  /** Counted from 1. */
  readonly line: number;
  readonly value: unknown;
  /** Why the line is no JSON; null where it is. */
  readonly message: string | null;
}

/** An entry is far smaller. */
const LONGEST_LINE = 1_000_000;

/** Blank lines are passed over; a line that is too long is told and let go as it comes. */
export async function* jsonLines(chunks: AsyncIterable<string>): AsyncGenerator<JsonLine> {
  let [text, line, isTooLong] = ["", 1, false];
  for await (const chunk of chunks) {
    const parts = (text + chunk).split("\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      if (isTooLong) isTooLong = false;
      else if (part.trim() !== "") yield parsed(part, line);
      line += 1;
    }
    if (text.length <= LONGEST_LINE) continue;
    if (!isTooLong) yield { line, value: null, message: `has more than ${LONGEST_LINE} characters` };
    [text, isTooLong] = ["", true];
  }
  if (!isTooLong && text.trim() !== "") yield parsed(text, line);
}

function parsed(text: string, line: number): JsonLine {
  try {
    return { line, value: JSON.parse(text), message: null };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { line, value: null, message: error.message };
  }
}
