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
    for (const inRow of blocksToWrite(writer, like, y)) y = write(inRow, y);
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
 * Of a run of like blocks, all, or, folded, its ends and one in the middle for the rest. The middle block hands tensors
 * over to neighbours of its kind, so one stands before and one after it. Where gradients begin in the run, its first block
 * passes none on, and is not of the others' kind.
 *
 * @param x what the run is given
 */
function blocksToWrite(writer: ModelWriter, { from, to, of }: BlockRun, x: Value): readonly InRow[] {
  const trains = writer.lora !== null || writer.trains({ block: from, of });
  const first = trains && !x.requiresGrad ? 2 : 1;
  const middle = to - from - first - 1;
  const written: InRow[] = [];
  for (let index = from; index < to; index++) {
    const isMiddle = writer.isFolded && middle > 1 && index === from + first;
    written.push({ index, count: isMiddle ? middle : 1 });
    if (isMiddle) index += middle - 1;
  }
  return written;
}
