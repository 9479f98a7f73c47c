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
 */
export function writeBlocks(
  writer: ModelWriter,
  { from, to, of }: BlockRun,
  x: Value,
  write: (inRow: InRow, x: Value) => Value,
): Value {
  let y = x;
  for (let start = from; start < to; ) {
    const like = { from: start, to: endOfLikeBlocks(writer, { from: start, to, of }), of };
    for (const inRow of blocksToWrite(writer, like)) y = write(inRow, y);
    start = like.to;
  }
  return y;
}

/** The end of the blocks that a strategy treats like the one they begin with. */
function endOfLikeBlocks({ trains, inTrainMode }: ModelWriter, { from, to, of }: BlockRun): number {
  const part = (block: number) => ({ block, of });
  let end = from + 1;
  while (end < to && trains(part(end)) === trains(part(from)) && inTrainMode(part(end)) === inTrainMode(part(from)))
    end++;
  return end;
}

/**
 * Blocks of a run that are written before the middle one. The first is given what no block of its kind made: another type,
 * or a tensor through which no gradient flows. What the second is given is what every later one is.
 */
const WRITTEN_FIRST = 2;

/** Of a run of like blocks, all, or, folded, its ends and one in the middle for the rest, with neighbours of its kind. */
function blocksToWrite(writer: ModelWriter, { from, to }: BlockRun): readonly InRow[] {
  const middle = to - from - WRITTEN_FIRST - 1;
  const written: InRow[] = [];
  for (let index = from; index < to; index++) {
    const isMiddle = writer.isFolded && middle > 1 && index === from + WRITTEN_FIRST;
    written.push({ index, count: isMiddle ? middle : 1 });
    if (isMiddle) index += middle - 1;
  }
  return written;
}
