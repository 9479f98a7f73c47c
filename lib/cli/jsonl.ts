/** One plan a line in, one answer a line out, in order and without waiting for the end. */

import { type Problem, ProblemError, problemOf } from "../api/problem";
import { BODY_LIMIT_BYTES, parseJsonBytes, type ReadJson } from "../api/read-body";
import type { Issue } from "../plan/plan";
import { KIB } from "../units";
import { type Line, readLines } from "./lines";

export interface JsonlSummary {
  readonly answeredCount: number;
  readonly refusedCount: number;
}

/**
 * Blank lines are passed over, so that files may end in one; a byte-order mark before a line is ignored.
 * A line that cannot be answered gives `{"error": …}` with its line number, and the rest go on.
 *
 * @param answer  computes the answer to one line's value, given what was wrong with its text; a thrown `ProblemError` becomes that line's error
 * @param write   takes one line of output; awaited, so that a slow reader slows the whole down instead of filling memory
 * @param report  is told of what broke on our side, which no error line says
 */
export async function answerLines(
  source: AsyncIterable<Uint8Array>,
  answer: (input: unknown, issues: readonly Issue[]) => unknown,
  write: (line: string) => Promise<void>,
  report: (lineNumber: number, error: unknown) => void,
): Promise<JsonlSummary> {
  let answeredCount = 0;
  let refusedCount = 0;
  for await (const line of readLines(source, BODY_LIMIT_BYTES)) {
    if (line.kind === "text" && isBlank(line.bytes)) continue;
    const output = answerLine(line, answer, report);
    if (output.ok) answeredCount += 1;
    else refusedCount += 1;
    await write(`${output.text}\n`);
  }
  return { answeredCount, refusedCount };
}

function answerLine(
  line: Line,
  answer: (input: unknown, issues: readonly Issue[]) => unknown,
  report: (lineNumber: number, error: unknown) => void,
): { readonly ok: boolean; readonly text: string } {
  try {
    const { value, issues } = readLine(line);
    return { ok: true, text: JSON.stringify(answer(value, issues)) };
  } catch (error) {
    const { problem } = problemOf(error);
    if (problem.status >= 500) report(line.number, error);
    // The line of the file, where a JSON fault would say line 1 of the text.
    return { ok: false, text: JSON.stringify({ error: { ...problem, line: line.number } satisfies Problem }) };
  }
}

function readLine(line: Line): ReadJson {
  if (line.kind === "too_long") {
    throw new ProblemError(
      "too-large",
      `The line is longer than ${BODY_LIMIT_BYTES / KIB} KiB, which is the most that is read.`,
      { title: "The line is too long" },
    );
  }
  return parseJsonBytes(line.bytes, "line");
}

/** Spaces, tabs and a byte-order mark: what an editor leaves behind. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d || BYTE_ORDER_MARK.includes(byte));
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
