import { Tokenizer } from "@huggingface/tokenizers";
import type { CountTokens } from "./caption-tokens";
import { reasonOf } from "./read-error";

/** What is no tokenizer that can be run, with the reason. */
export class NoTokenizerError extends Error {
  override readonly name = "NoTokenizerError";
}

/**
 * Counts tokens as a model's own tokenizer makes them, the special ones it adds included. Truncation and padding that the
 * file asks for are left out: what would be cut off is the question.
 *
 * @param definition  what a `tokenizer.json` of Hugging Face holds
 * @throws {NoTokenizerError} when it is none, or one of a kind that is not known
 */
export function tokenizerCounter(definition: unknown): CountTokens {
  if (typeof definition !== "object" || definition === null || !("model" in definition)) {
    throw new NoTokenizerError("is no tokenizer.json of Hugging Face: it names no model");
  }
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(definition, {});
    tokenizer.encode("a photo");
  } catch (error) {
    throw new NoTokenizerError(`is no tokenizer that can be run: ${reasonOf(error)}`, { cause: error });
  }
  return (text) => tokenizer.encode(text).ids.length;
}
