import type { RowPlace, Value } from "../graph/ir";
import type { ModelWriter } from "./model-writer";

/** What is written of one block: its number, and how many like it the following ones are. */
export type InRow = Pick<RowPlace, "index" | "count">;

/** Consecutive blocks of one shape, by number; `of` is how many the tower has. */
interface BlockRun {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/**
 * Blocks of one shape, one after the other; folded, those that a strategy treats alike are written once for all.
 *
 * @param x     what the first is given
 * @param write one block on what the block before it gave
 * @param keepsType whether a block surely gives the type it is given, whatever is cast on the way
 */
export function writeBlocks(
  writer: ModelWriter,
  { from, to, of }: BlockRun,
  x: Value,
  write: (inRow: InRow, x: Value) => Value,
  { keepsType }: { readonly keepsType: boolean },
): Value {
  let y = x;
  for (let start = from; start < to; ) {
    const end = endOfLikeBlocks(writer, { from: start, to, of });
    y = writer.isFolded ? writeFolded(start, end, y, write, keepsType) : writeEach(start, end, y, write);
    start = end;
  }
  return y;
}

function writeEach(from: number, to: number, x: Value, write: (inRow: InRow, x: Value) => Value): Value {
  let y = x;
  for (let index = from; index < to; index++) y = write({ index, count: 1 }, y);
  return y;
}

/**
 * Of a run of like blocks its ends, and one in the middle for the rest, with neighbours of its kind. The first is such a
 * neighbour if it is given what it gives itself; given another type, or a tensor through which no gradient flows, it runs
 * otherwise than all later ones, and the second is written too.
 */
function writeFolded(
  from: number,
  to: number,
  x: Value,
  write: (inRow: InRow, x: Value) => Value,
  keepsType: boolean,
): Value {
  const first = write({ index: from, count: 1 }, x);
  const isLikeLater = keepsType && first.requiresGrad === x.requiresGrad;
  const middle = from + (isLikeLater ? 1 : 2);
  const last = to - 1;
  if (last - middle < 2) return writeEach(from + 1, to, first, write);
  const before = writeEach(from + 1, middle, first, write);
  return write({ index: last, count: 1 }, write({ index: middle, count: last - middle }, before));
}

/** The end of the blocks that a strategy treats like the one they begin with. */
function endOfLikeBlocks({ trains, inTrainMode }: ModelWriter, { from, to, of }: BlockRun): number {
  const part = (block: number) => ({ block, of });
  let end = from + 1;
  while (end < to && trains(part(end)) === trains(part(from)) && inTrainMode(part(end)) === inTrainMode(part(from)))
    end++;
  return end;
}
