/** Cuts the elements of a JSON array out of a stream of text, keeping no more than one of them. */

export type JsonElement =
  | { readonly kind: "value"; readonly index: number; readonly value: unknown }
  /** One element that is no JSON; the next ones go on. */
  | { readonly kind: "broken"; readonly index: number; readonly message: string }
  /** The text ends before the array does. */
  | { readonly kind: "cut_off"; readonly index: number }
  | { readonly kind: "no_array" };

/** An entry is far smaller; a longer one is damage, such as a quote that is never closed. */
const LONGEST_ELEMENT = 1_000_000;

/**
 * Follows quotes and brackets alone, so that a damaged element is told and passed over, which a parser of the whole
 * could not.
 */
export async function* jsonElements(chunks: AsyncIterable<string>): AsyncGenerator<JsonElement> {
  let [index, depth] = [0, 0];
  let [inString, isEscaped, isClosed] = [false, false, false];
  let element = "";

  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const character = chunk[at];
      if (depth === 0) {
        if (character === "[") [depth, start] = [1, at + 1];
        else if (character !== undefined && !/[\s\uFEFF]/.test(character) && !isClosed) {
          yield { kind: "no_array" };
          return;
        }
        continue;
      }
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (character === "\\") isEscaped = true;
        else if (character === '"') inString = false;
        continue;
      }
      if (character === '"') inString = true;
      else if (character === "{" || character === "[") depth += 1;
      else if (character === "}" || character === "]") {
        depth -= 1;
        if (depth === 0) {
          element += chunk.slice(start, at);
          if (element.trim() !== "") yield parsed(element, index);
          [element, isClosed] = ["", true];
        }
      } else if (character === "," && depth === 1) {
        yield parsed(element + chunk.slice(start, at), index);
        [element, start] = ["", at + 1];
        index += 1;
      }
    }
    if (depth > 0) element += chunk.slice(start);
    if (element.length > LONGEST_ELEMENT) {
      yield { kind: "cut_off", index };
      return;
    }
  }
  if (!isClosed) yield depth === 0 ? { kind: "no_array" } : { kind: "cut_off", index };
}

function parsed(text: string, index: number): JsonElement {
  try {
    return { kind: "value", index, value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "broken", index, message: error.message };
  }
}
