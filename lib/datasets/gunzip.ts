import { reasonOf } from "./read-error";

/** Unpacks gzip as it is read. What is no gzip, or ends early, is thrown when that place is reached. */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const zipped = new ReadableStream<BufferSource>({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      // A copy whose memory is its own: the stream takes it over.
      else controller.enqueue(new Uint8Array(value));
    },
  });
  const reader = zipped.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await readUnzipped(reader);
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops early lets the file go.
    await reader.cancel().catch(() => {});
    await source.return?.();
  }
}

async function readUnzipped(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    // What is wrong with the packing comes as a TypeError, as if it were a mistake of ours.
    if (typeof error === "object" && error !== null && "name" in error && error.name === "TypeError")
      throw new Error(`no gzip, or cut off: ${reasonOf(error)}`, { cause: error });
    throw error;
  }
}
