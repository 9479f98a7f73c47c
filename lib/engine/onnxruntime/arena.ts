import { KIB, MIB } from "../../units";

/** Every chunk begins at a multiple of this and is a multiple of it long. */
const ALIGNMENT_BYTES = 256;
const FIRST_REGION_BYTES = MIB;
/** A free chunk that is at least this much too long is cut even if it is less than twice as long as asked for. */
const MOST_WASTED_BYTES = 128 * MIB;
/** Regions double up to this. */
const LARGEST_DOUBLING_BYTES = KIB * MIB;
const BIN_COUNT = 21;

interface Chunk {
  bytes: number;
  used: boolean;
  /** Where it lies: regions one above the other. */
  address: number;
  before: Chunk | null;
  after: Chunk | null;
}

/** What an allocation is freed by. */
export type Allocation = Chunk;

/**
 * ONNX Runtime's arena: chunks of one region are cut and merged, the best fit is taken, and regions are asked from the
 * system in doubling sizes and kept.
 *
 * @source onnxruntime `BFCArena` (core/framework/bfc_arena.cc), extend strategy kNextPowerOfTwo
 */
export class Arena {
  /** Bytes of chunks in use: what is asked for, rounded up, and what was too little to cut off. */
  usedBytes = 0;
  usedBytesPeak = 0;
  /** Bytes held from the system. */
  heldBytes = 0;
  private nextRegionBytes = FIRST_REGION_BYTES;
  /** Free chunks by size class, each from short to long and then by place. */
  private readonly bins: Chunk[][] = Array.from({ length: BIN_COUNT }, () => []);
  private lowestAddress = 0;

  /** Memory beside the regions that is never cut: constants. */
  reserve(bytes: number): void {
    this.heldBytes += bytes;
    this.take(bytes);
  }

  allocate(bytes: number): Allocation {
    const rounded = Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const found = this.bestFit(rounded) ?? this.extend(rounded);
    if (found.bytes >= 2 * rounded || found.bytes - rounded >= MOST_WASTED_BYTES) this.cut(found, rounded);
    found.used = true;
    this.take(found.bytes);
    return found;
  }

  free(chunk: Allocation): void {
    this.usedBytes -= chunk.bytes;
    chunk.used = false;
    let merged = chunk;
    const { after, before } = chunk;
    if (after !== null && !after.used) {
      this.unlist(after);
      absorb(chunk, after);
    }
    if (before !== null && !before.used) {
      this.unlist(before);
      absorb(before, chunk);
      merged = before;
    }
    this.list(merged);
  }

  private take(bytes: number): void {
    this.usedBytes += bytes;
    this.usedBytesPeak = Math.max(this.usedBytesPeak, this.usedBytes);
  }

  /** The shortest free chunk that is long enough, taken off its list. */
  private bestFit(bytes: number): Chunk | null {
    for (let bin = binOf(bytes); bin < BIN_COUNT; bin++) {
      const chunks = this.bins[bin] ?? [];
      const place = firstNotBelow(chunks, { bytes, address: -Infinity });
      const chunk = chunks[place];
      if (chunk === undefined) continue;
      chunks.splice(place, 1);
      return chunk;
    }
    return null;
  }

  /** A new region as one free chunk. The system lays each below the last. */
  private extend(bytes: number): Chunk {
    let isEnough = true;
    while (bytes > this.nextRegionBytes) {
      this.nextRegionBytes *= 2;
      isEnough = false;
    }
    const region = this.nextRegionBytes;
    if (isEnough) this.nextRegionBytes = Math.min(2 * region, Math.max(region, LARGEST_DOUBLING_BYTES));
    this.heldBytes += region;
    this.lowestAddress -= region;
    return { bytes: region, used: false, address: this.lowestAddress, before: null, after: null };
  }

  private cut(chunk: Chunk, bytes: number): void {
    const { after } = chunk;
    const rest: Chunk = {
      bytes: chunk.bytes - bytes,
      used: false,
      address: chunk.address + bytes,
      before: chunk,
      after,
    };
    if (after !== null) after.before = rest;
    chunk.after = rest;
    chunk.bytes = bytes;
    this.list(rest);
  }

  private list(chunk: Chunk): void {
    const chunks = this.bins[binOf(chunk.bytes)] ?? [];
    chunks.splice(firstNotBelow(chunks, chunk), 0, chunk);
  }

  private unlist(chunk: Chunk): void {
    const chunks = this.bins[binOf(chunk.bytes)] ?? [];
    chunks.splice(firstNotBelow(chunks, chunk), 1);
  }
}

function absorb(chunk: Chunk, after: Chunk): void {
  chunk.bytes += after.bytes;
  chunk.after = after.after;
  if (after.after !== null) after.after.before = chunk;
}

/** Classes of 256 bytes, 512, 1024, …; the last is open. */
function binOf(bytes: number): number {
  return Math.min(BIN_COUNT - 1, Math.floor(Math.log2(Math.max(bytes, ALIGNMENT_BYTES) / ALIGNMENT_BYTES)));
}

function firstNotBelow(chunks: readonly Chunk[], { bytes, address }: Pick<Chunk, "bytes" | "address">): number {
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const chunk = chunks[middle];
    const isBelow = chunk !== undefined && (chunk.bytes < bytes || (chunk.bytes === bytes && chunk.address < address));
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}
