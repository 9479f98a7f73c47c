import { readFileSync } from "node:fs";
import { NoTokenizerError, tokenizerCounter } from "../../lib/datasets/tokenizer-json";

// Written by scripts/fixtures/tokenizer_json.py with the package tokenizers.
const fixtures: readonly { readonly definition: unknown; readonly counts: readonly (readonly [string, number])[] }[] =
  JSON.parse(readFileSync("__tests__/fixtures/tokenizers.json", "utf8"));

test("a tokenizer like CLIP's and one like SigLIP's count as Hugging Face's own library does", () => {
  expect(fixtures).toHaveLength(2);
  for (const { definition, counts } of fixtures) {
    const count = tokenizerCounter(definition);
    expect(counts.map(([text]) => [text, count(text)])).toEqual(counts);
  }
});

test.each([[{}], [[]], ["text"], [{ model: { type: "Abacus" } }]])("%j is refused with the reason", (definition) => {
  expect(() => tokenizerCounter(definition)).toThrow(NoTokenizerError);
});
