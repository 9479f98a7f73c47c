import type { WholeTape } from "./tape";

/** The tape of a step of several passes, and the blocks in which their gradients add up. */
export interface Accumulating {
  readonly tape: WholeTape;
  /** Numbers of the sums, one for each gradient; made by the first pass, they stay until the next step. */
  readonly sums: readonly number[];
}

/**
 * A step with gradient accumulation as its later passes run: the sums of the gradients so far are blocks of their own, and
 * what a pass makes goes as soon as it is added to them.
 *
 * @param gradients numbers of the blocks that hold parameters' gradients
 */
export function accumulating(tape: WholeTape, gradients: readonly number[]): Accumulating {
  const { storageOf, events, eventOperation, eventCopy, sections } = tape;
  const blockCount = storageOf.length;
  const isGradient = new Uint8Array(blockCount);
  for (const block of gradients) isGradient[block] = 1;
  const made = events.reduce((count, event) => count + (event > 0 ? (isGradient[event - 1] ?? 0) : 0), 0);
  const length = events.length + made;
  const [longer, operations, copies] = [new Int32Array(length), new Int32Array(length), new Int32Array(length)];
  /** By event: where it went. */
  const movedTo = new Int32Array(events.length + 1);
  let next = 0;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] ?? 0;
    movedTo[i] = next;
    for (const each of event > 0 && isGradient[event - 1] === 1 ? [event, -event] : [event]) {
      longer[next] = each;
      operations[next] = eventOperation[i] ?? 0;
      copies[next] = eventCopy[i] ?? 0;
      next++;
    }
  }
  movedTo[events.length] = next;
  const sumsOf = new Int32Array(blockCount + gradients.length);
  sumsOf.set(storageOf);
  const sums = gradients.map((block, i) => {
    sumsOf[blockCount + i] = storageOf[block] ?? 0;
    return blockCount + i;
  });
  return {
    tape: {
      ...tape,
      storageOf: sumsOf,
      events: longer,
      eventOperation: operations,
      eventCopy: copies,
      sections: sections.map(({ section, from }) => ({ section, from: movedTo[from] ?? next })),
    },
    sums,
  };
}
