/** Keeps the end of a stream of bytes whose length is not known. */
export class LastBytes {
  /** Bytes that came in all. */
  total = 0;
  private kept: Uint8Array[] = [];
  private keptCount = 0;

  /** @param limit  bytes to keep at most */
  constructor(private readonly limit: number) {}

  add(chunk: Uint8Array): void {
    this.total += chunk.length;
    if (this.limit === 0) return;
    this.kept.push(chunk);
    this.keptCount += chunk.length;
    for (let first = this.kept[0]; first !== undefined && this.keptCount - first.length >= this.limit; ) {
      this.kept.shift();
      this.keptCount -= first.length;
      first = this.kept[0];
    }
  }

  bytes(): Uint8Array {
    const all = joined(this.kept);
    return all.subarray(Math.max(0, all.length - this.limit));
  }
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
