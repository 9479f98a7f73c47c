/** Cuts a stream of bytes into lines, keeping no more of it than one line of allowed length. */

export type Line =
  | { readonly number: number; readonly kind: "text"; readonly bytes: Uint8Array }
  /** Longer than the limit; its bytes were let go as they came. */
  | { readonly number: number; readonly kind: "too_long" };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * @param source      chunks of any size; the next one is asked for when the lines of the last have been taken
 * @param limitBytes  longest line that is kept
 * @returns lines in order, counted from 1, without their LF or CRLF; the last needs neither
 */
export async function* readLines(source: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let byteCount = 0;

  const add = (part: Uint8Array) => {
    byteCount += part.length;
    if (byteCount > limitBytes) parts = [];
    else parts.push(part);
  };
  const take = (): Line => {
    const line: Line =
      byteCount > limitBytes
        ? { number, kind: "too_long" }
        : { number, kind: "text", bytes: withoutReturn(Buffer.concat(parts)) };
    number += 1;
    parts = [];
    byteCount = 0;
    return line;
  };

  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (byteCount > 0) yield take();
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
