import { randomInt } from "node:crypto";

const ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
// 62¹⁷ ≈ 2¹⁰¹: nobody finds an id by guessing, and two never meet.
const ID_LENGTH = 17;
const ID_PATTERN = new RegExp(`^[${ID_ALPHABET}]{${ID_LENGTH}}$`);

export function randomId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET.charAt(randomInt(ID_ALPHABET.length))).join("");
}

/** Whether an id could have been given out; any other need not be looked for. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}
