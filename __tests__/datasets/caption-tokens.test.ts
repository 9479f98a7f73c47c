import { readFileSync } from "node:fs";
import { clipTokenCounter } from "../../lib/datasets/caption-tokens";

// Written by scripts/fixtures/clip_tokens.py with open_clip's own tokenizer.
const rows: readonly (readonly [text: string, tokens: number])[] = JSON.parse(
  readFileSync("__tests__/fixtures/clip-tokens.json", "utf8"),
);

test("texts in every script count as many tokens as open_clip's tokenizer makes of them", () => {
  const count = clipTokenCounter();
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter(([text, tokens]) => count(text) !== tokens).map(([text]) => text)).toEqual([]);
});
