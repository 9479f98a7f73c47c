/**
 * A replay of PyTorch's CUDA caching allocator: which blocks serve which requests, and how much is reserved.
 *
 * Sizes are rounded up to 512 bytes. Requests up to 1 MiB come from 2 MiB segments, requests below 10 MiB from 20 MiB
 * segments, larger ones from segments of their own rounded up to 2 MiB. The smallest free block that is large enough
 * serves a request; what is left over is split off when it is more than 1 MiB, and free neighbours merge.
 *
 * Small requests are only counted: their blocks are always split down to the request, so what they take is known, and
 * their segments are taken to be packed. They are more than half of all requests and a hundredth of the memory.
 *
 * @source PyTorch `c10/cuda/CUDACachingAllocator.cpp`, default settings: `get_free_block`, `should_split`, `get_allocation_size`
 */

import { KIB, MIB } from "../units";

/** Everything inside is counted in granules: that is what the allocator rounds to. */
export const GRANULE_BYTES = KIB / 2;
const SMALL_REQUEST = MIB / GRANULE_BYTES;
const SMALL_SEGMENT = (2 * MIB) / GRANULE_BYTES;
const LARGE_SEGMENT = (20 * MIB) / GRANULE_BYTES;
const MIN_LARGE_REQUEST = (10 * MIB) / GRANULE_BYTES;
const SEGMENT_ROUNDING = (2 * MIB) / GRANULE_BYTES;

/** Bytes a request takes at least. */
export function roundedBytes(bytes: number): number {
  return granulesOf(bytes) * GRANULE_BYTES;
}

/** A request in granules; never less than one. */
export function granulesOf(bytes: number): number {
  return bytes <= GRANULE_BYTES ? 1 : Math.ceil(bytes / GRANULE_BYTES);
}

const NONE = -1;
const FIRST_CAPACITY = 2048;

/** Whether a request of so many granules comes from the pool of small blocks. */
export function isSmall(granules: number): boolean {
  return granules <= SMALL_REQUEST;
}

export class CachingAllocator {
  private allocated = 0;
  private reserved = 0;
  private peakAllocated = 0;
  private small = 0;
  private peakSmall = 0;

  // One entry per block; the blocks of a segment are linked in address order.
  private readonly blocks = new BlockTable();
  private readonly recycled: number[] = [];
  private nextAddress = 0;
  private readonly freeBlocks = new FreeList(this.blocks);

  get allocatedBytes(): number {
    return this.allocated * GRANULE_BYTES;
  }

  get peakAllocatedBytes(): number {
    return this.peakAllocated * GRANULE_BYTES;
  }

  /** Segments are never given back while steps run, so what is reserved now is the most there was. */
  get reservedBytes(): number {
    return (this.reserved + Math.ceil(this.peakSmall / SMALL_SEGMENT) * SMALL_SEGMENT) * GRANULE_BYTES;
  }

  bytesOf(block: number): number {
    return (this.blocks.size[block] ?? 0) * GRANULE_BYTES;
  }

  /** From here on the peak of allocated bytes is that of what follows. */
  restartPeak(): void {
    this.peakAllocated = this.allocated;
  }

  /** A small request, in granules; negative to give it back. */
  countSmall(granules: number): void {
    this.small += granules;
    this.allocated += granules;
    if (this.small > this.peakSmall) this.peakSmall = this.small;
    if (this.allocated > this.peakAllocated) this.peakAllocated = this.allocated;
  }

  /**
   * @param wanted granules, more than a small request
   * @returns the block that serves the request
   */
  allocate(wanted: number): number {
    const { blocks } = this;
    let block = this.freeBlocks.takeBest(wanted);
    if (block === NONE) block = this.reserve(segmentOf(wanted));
    if ((blocks.size[block] ?? 0) - wanted > SMALL_REQUEST) this.split(block, wanted);
    blocks.isFree[block] = 0;
    this.allocated += blocks.size[block] ?? 0;
    if (this.allocated > this.peakAllocated) this.peakAllocated = this.allocated;
    return block;
  }

  free(block: number): void {
    const { blocks } = this;
    this.allocated -= blocks.size[block] ?? 0;
    let merged = block;
    const before = blocks.previous[block] ?? NONE;
    if (before !== NONE && blocks.isFree[before] === 1) {
      this.freeBlocks.remove(before);
      this.join(before, block);
      merged = before;
    }
    const after = blocks.next[merged] ?? NONE;
    if (after !== NONE && blocks.isFree[after] === 1) {
      this.freeBlocks.remove(after);
      this.join(merged, after);
    }
    blocks.isFree[merged] = 1;
    this.freeBlocks.add(merged);
  }

  /** Gives back segments of which nothing is in use, as `torch.cuda.empty_cache` does. */
  releaseUnused(): void {
    const { blocks } = this;
    for (const block of this.freeBlocks.takeAll((b) => blocks.previous[b] === NONE && blocks.next[b] === NONE)) {
      this.reserved -= blocks.size[block] ?? 0;
      this.recycled.push(block);
    }
    this.peakSmall = this.small;
    this.peakAllocated = this.allocated;
  }

  private reserve(granules: number): number {
    const block = this.newBlock(granules, this.nextAddress, NONE, NONE);
    this.nextAddress += granules;
    this.reserved += granules;
    return block;
  }

  private split(block: number, wanted: number): void {
    const { blocks } = this;
    const after = blocks.next[block] ?? NONE;
    const rest = this.newBlock((blocks.size[block] ?? 0) - wanted, (blocks.address[block] ?? 0) + wanted, block, after);
    if (after !== NONE) blocks.previous[after] = rest;
    blocks.next[block] = rest;
    blocks.size[block] = wanted;
    blocks.isFree[rest] = 1;
    this.freeBlocks.add(rest);
  }

  /** The second block becomes part of the first, its neighbour. */
  private join(first: number, second: number): void {
    const { blocks } = this;
    blocks.size[first] = (blocks.size[first] ?? 0) + (blocks.size[second] ?? 0);
    const after = blocks.next[second] ?? NONE;
    blocks.next[first] = after;
    if (after !== NONE) blocks.previous[after] = first;
    this.recycled.push(second);
  }

  private newBlock(size: number, address: number, previous: number, next: number): number {
    const { blocks } = this;
    const block = this.recycled.pop() ?? blocks.add();
    blocks.size[block] = size;
    blocks.address[block] = address;
    blocks.previous[block] = previous;
    blocks.next[block] = next;
    blocks.isFree[block] = 0;
    return block;
  }
}

function segmentOf(wanted: number): number {
  if (wanted < MIN_LARGE_REQUEST) return LARGE_SEGMENT;
  return Math.ceil(wanted / SEGMENT_ROUNDING) * SEGMENT_ROUNDING;
}

/** Blocks in columns: numbers side by side, no objects to make or to collect. */
class BlockTable {
  // Plans that fit no card are answered too: theirs are more granules than 32 bits count.
  size = new Float64Array(FIRST_CAPACITY);
  address = new Float64Array(FIRST_CAPACITY);
  previous = new Int32Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  /** Of a free block: its neighbours on the shelf, the smaller and the larger. */
  smaller = new Int32Array(FIRST_CAPACITY);
  larger = new Int32Array(FIRST_CAPACITY);
  isFree = new Uint8Array(FIRST_CAPACITY);
  private count = 0;

  add(): number {
    if (this.count === this.size.length) this.grow();
    return this.count++;
  }

  private grow(): void {
    const capacity = 2 * this.size.length;
    this.size = copied(this.size, new Float64Array(capacity));
    this.address = copied(this.address, new Float64Array(capacity));
    this.previous = copied(this.previous, new Int32Array(capacity));
    this.next = copied(this.next, new Int32Array(capacity));
    this.smaller = copied(this.smaller, new Int32Array(capacity));
    this.larger = copied(this.larger, new Int32Array(capacity));
    this.isFree = copied(this.isFree, new Uint8Array(capacity));
  }
}

function copied<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Each doubling of a size has 2⁴ shelves. */
const STEPS_LOG2 = 4;
/** As many as there are sizes of 31 bits; larger ones share the last. */
const SHELVES = 31 << STEPS_LOG2;
const MOST_OF_31_BITS = 0x7fffffff;

/** The shelf of a size: by its highest bit and the ones that follow it. @param granules more than a small request */
function shelfOf(granules: number): number {
  if (granules > MOST_OF_31_BITS) return SHELVES - 1;
  const exponent = 31 - Math.clz32(granules);
  // The highest bit is still there and counts as one step more of the exponent.
  return ((exponent - 1) << STEPS_LOG2) + (granules >> (exponent - STEPS_LOG2));
}

/** Free blocks on shelves, on each by size and of equal sizes by address. */
class FreeList {
  /** By shelf: its smallest block, of equals the one at the lowest address. */
  private readonly smallest = new Int32Array(SHELVES).fill(NONE);
  /** A bit for each shelf with something on it. */
  private readonly filled = new Int32Array(Math.ceil(SHELVES / 32));

  constructor(private readonly blocks: BlockTable) {}

  /** Takes out the smallest block of at least `granules`, the lowest of equals. */
  takeBest(granules: number): number {
    const { size, larger } = this.blocks;
    const shelf = shelfOf(granules);
    let block = this.smallest[shelf] ?? NONE;
    while (block !== NONE && (size[block] ?? 0) < granules) block = larger[block] ?? NONE;
    if (block === NONE) {
      const next = this.firstFilled(shelf + 1);
      if (next === NONE) return NONE;
      block = this.smallest[next] ?? NONE;
    }
    this.remove(block);
    return block;
  }

  add(block: number): void {
    const { size, address, smaller, larger } = this.blocks;
    const ownSize = size[block] ?? 0;
    const ownAddress = address[block] ?? 0;
    const shelf = shelfOf(ownSize);
    let before = NONE;
    let after = this.smallest[shelf] ?? NONE;
    while (after !== NONE) {
      const otherSize = size[after] ?? 0;
      if (otherSize > ownSize || (otherSize === ownSize && (address[after] ?? 0) > ownAddress)) break;
      before = after;
      after = larger[after] ?? NONE;
    }
    smaller[block] = before;
    larger[block] = after;
    if (after !== NONE) smaller[after] = block;
    if (before !== NONE) {
      larger[before] = block;
      return;
    }
    this.smallest[shelf] = block;
    this.filled[shelf >> 5] = (this.filled[shelf >> 5] ?? 0) | (1 << (shelf & 31));
  }

  remove(block: number): void {
    const { size, smaller, larger } = this.blocks;
    const before = smaller[block] ?? NONE;
    const after = larger[block] ?? NONE;
    if (after !== NONE) smaller[after] = before;
    if (before !== NONE) {
      larger[before] = after;
      return;
    }
    const shelf = shelfOf(size[block] ?? 0);
    this.smallest[shelf] = after;
    if (after === NONE) this.filled[shelf >> 5] = (this.filled[shelf >> 5] ?? 0) & ~(1 << (shelf & 31));
  }

  /** Takes out all blocks that meet a condition. */
  takeAll(meets: (block: number) => boolean): number[] {
    const taken: number[] = [];
    for (let shelf = this.firstFilled(0); shelf !== NONE; shelf = this.firstFilled(shelf + 1)) {
      for (let block = this.smallest[shelf] ?? NONE; block !== NONE; block = this.blocks.larger[block] ?? NONE)
        if (meets(block)) taken.push(block);
    }
    for (const block of taken) this.remove(block);
    return taken;
  }

  private firstFilled(from: number): number {
    const { filled } = this;
    let word = from >> 5;
    let bits = (filled[word] ?? 0) & (-1 << (from & 31));
    while (bits === 0) {
      word++;
      if (word >= filled.length) return NONE;
      bits = filled[word] ?? 0;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }
}
