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

/** Everything inside is counted in granules, so that it fits 32-bit integers. */
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
const FIRST_CAPACITY = 4096;
const FIRST_SIZES = 512;

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
  size = new Int32Array(FIRST_CAPACITY);
  address = new Int32Array(FIRST_CAPACITY);
  previous = new Int32Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  isFree = new Uint8Array(FIRST_CAPACITY);
  private count = 0;

  add(): number {
    if (this.count === this.size.length) this.grow();
    return this.count++;
  }

  private grow(): void {
    const capacity = 2 * this.size.length;
    this.size = larger(this.size, new Int32Array(capacity));
    this.address = larger(this.address, new Int32Array(capacity));
    this.previous = larger(this.previous, new Int32Array(capacity));
    this.next = larger(this.next, new Int32Array(capacity));
    this.isFree = larger(this.isFree, new Uint8Array(capacity));
  }
}

/**
 * Free blocks by size, and of each size by address. A step asks for the same few hundred sizes again and again, so a size
 * keeps its shelf when its last block is taken.
 */
class FreeList {
  /** Every size there ever was, ascending. */
  private sizes = new Int32Array(FIRST_SIZES);
  /** By position in `sizes`: whether there is a block of that size. */
  private isFilled = new Uint8Array(FIRST_SIZES);
  /** By position in `sizes`: the blocks of that size, the one at the lowest address last. */
  private readonly shelves: number[][] = [];

  constructor(private readonly blocks: BlockTable) {}

  /** Takes out the smallest block of at least `granules`, the lowest of equals. */
  takeBest(granules: number): number {
    const { isFilled, shelves } = this;
    let index = this.firstFrom(granules);
    while (index < shelves.length && isFilled[index] === 0) index++;
    const shelf = shelves[index];
    const block = shelf?.pop();
    if (shelf === undefined || block === undefined) return NONE;
    if (shelf.length === 0) isFilled[index] = 0;
    return block;
  }

  add(block: number): void {
    const size = this.blocks.size[block] ?? 0;
    const index = this.firstFrom(size);
    if (index === this.shelves.length || this.sizes[index] !== size) this.addSize(index, size);
    const shelf = this.shelves[index] ?? [];
    if (shelf.length === 0) shelf.push(block);
    else insertAt(shelf, this.placeIn(shelf, block), block);
    this.isFilled[index] = 1;
  }

  remove(block: number): void {
    const index = this.firstFrom(this.blocks.size[block] ?? 0);
    const shelf = this.shelves[index];
    if (shelf === undefined) return;
    removeAt(shelf, this.placeIn(shelf, block));
    if (shelf.length === 0) this.isFilled[index] = 0;
  }

  /** Takes out all blocks that meet a condition. */
  takeAll(meets: (block: number) => boolean): number[] {
    const taken = this.shelves.flat().filter(meets);
    for (const block of taken) this.remove(block);
    return taken;
  }

  private addSize(index: number, size: number): void {
    const { shelves } = this;
    const count = shelves.length;
    if (count === this.sizes.length) {
      this.sizes = larger(this.sizes, new Int32Array(2 * count));
      this.isFilled = larger(this.isFilled, new Uint8Array(2 * count));
    }
    const { sizes, isFilled } = this;
    for (let i = count; i > index; i--) {
      sizes[i] = sizes[i - 1] ?? 0;
      isFilled[i] = isFilled[i - 1] ?? 0;
    }
    sizes[index] = size;
    isFilled[index] = 0;
    insertAt(shelves, index, []);
  }

  /** The first position whose size is at least this. */
  private firstFrom(size: number): number {
    const { sizes } = this;
    let low = 0;
    let high = this.shelves.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sizes[middle] ?? 0) < size) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first position whose block does not lie above this one. */
  private placeIn(shelf: readonly number[], block: number): number {
    const { address } = this.blocks;
    const own = address[block] ?? 0;
    let low = 0;
    let high = shelf.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((address[shelf[middle] ?? 0] ?? 0) > own) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// Lists are short, and what `splice` returns would have to be collected.

function insertAt<T>(list: T[], index: number, item: T): void {
  list.push(item);
  for (let i = list.length - 1; i > index; i--) list[i] = list[i - 1] as T; // 0 ≤ index < i < length
  list[index] = item;
}

function removeAt<T>(list: T[], index: number): void {
  for (let i = index; i < list.length - 1; i++) list[i] = list[i + 1] as T; // i + 1 < length
  list.pop();
}

function larger<T extends Int32Array | Uint8Array>(before: T, after: T): T {
  after.set(before);
  return after;
}
