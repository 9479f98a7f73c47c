/**
 * A replay of PyTorch's CUDA caching allocator: which blocks serve which requests, and how much is reserved.
 *
 * Sizes are rounded up to 512 bytes. Requests up to 1 MiB come from 2 MiB segments, requests up to 10 MiB from 20 MiB
 * segments, larger ones from segments of their own rounded up to 2 MiB. A free block goes to the smallest request it
 * serves best; what is left over is split off when it is worth it, and free neighbours merge.
 *
 * @source PyTorch `c10/cuda/CUDACachingAllocator.cpp`, default settings: `get_free_block`, `should_split`, `get_allocation_size`
 */

import { MIB } from "../units";

const MIN_BLOCK = 512;
const SMALL_REQUEST = MIB;
const SMALL_SEGMENT = 2 * MIB;
const LARGE_SEGMENT = 20 * MIB;
const MIN_LARGE_REQUEST = 10 * MIB;
const SEGMENT_ROUNDING = 2 * MIB;

/** Bytes a request takes at least. */
export function roundedBytes(bytes: number): number {
  return bytes < MIN_BLOCK ? MIN_BLOCK : Math.ceil(bytes / MIN_BLOCK) * MIN_BLOCK;
}

const NONE = -1;

export class CachingAllocator {
  allocatedBytes = 0;
  reservedBytes = 0;
  peakAllocatedBytes = 0;
  peakReservedBytes = 0;

  // One entry per block; neighbours of one segment are linked in address order.
  private size: number[] = [];
  private address: number[] = [];
  private previous: number[] = [];
  private next: number[] = [];
  private isFree: boolean[] = [];
  private isSmall: boolean[] = [];
  private readonly recycled: number[] = [];
  private nextAddress = 0;
  private readonly smallFree = new FreeList(this);
  private readonly largeFree = new FreeList(this);

  /** @returns the block that serves the request */
  allocate(bytes: number): number {
    const wanted = roundedBytes(bytes);
    const small = wanted <= SMALL_REQUEST;
    const pool = small ? this.smallFree : this.largeFree;
    let block = pool.takeBest(wanted);
    if (block === NONE) block = this.reserve(segmentBytes(wanted), small);
    const left = this.sizeOf(block) - wanted;
    if (small ? left >= MIN_BLOCK : left > SMALL_REQUEST) this.split(block, wanted, pool);
    this.isFree[block] = false;
    this.allocatedBytes += this.sizeOf(block);
    if (this.allocatedBytes > this.peakAllocatedBytes) this.peakAllocatedBytes = this.allocatedBytes;
    return block;
  }

  free(block: number): void {
    this.allocatedBytes -= this.sizeOf(block);
    const pool = this.isSmall[block] === true ? this.smallFree : this.largeFree;
    let merged = block;
    const before = this.previous[block] ?? NONE;
    if (before !== NONE && this.isFree[before] === true) {
      pool.remove(before);
      this.join(before, block);
      merged = before;
    }
    const after = this.next[merged] ?? NONE;
    if (after !== NONE && this.isFree[after] === true) {
      pool.remove(after);
      this.join(merged, after);
    }
    this.isFree[merged] = true;
    pool.add(merged);
  }

  /** Gives back segments of which nothing is in use, as `torch.cuda.empty_cache` does. */
  releaseUnused(): void {
    for (const pool of [this.smallFree, this.largeFree]) {
      for (const block of pool.takeWhole((b) => this.previous[b] === NONE && this.next[b] === NONE)) {
        this.reservedBytes -= this.sizeOf(block);
        this.recycled.push(block);
      }
    }
    this.peakReservedBytes = this.reservedBytes;
    this.peakAllocatedBytes = this.allocatedBytes;
  }

  /** Bytes of a block; at least what was asked for. */
  sizeOf(block: number): number {
    return this.size[block] ?? 0;
  }

  addressOf(block: number): number {
    return this.address[block] ?? 0;
  }

  private reserve(bytes: number, small: boolean): number {
    const block = this.newBlock(bytes, this.nextAddress, NONE, NONE, small);
    this.nextAddress += bytes;
    this.reservedBytes += bytes;
    if (this.reservedBytes > this.peakReservedBytes) this.peakReservedBytes = this.reservedBytes;
    return block;
  }

  private split(block: number, wanted: number, pool: FreeList): void {
    const after = this.next[block] ?? NONE;
    const rest = this.newBlock(
      this.sizeOf(block) - wanted,
      this.addressOf(block) + wanted,
      block,
      after,
      this.isSmall[block] === true,
    );
    if (after !== NONE) this.previous[after] = rest;
    this.next[block] = rest;
    this.size[block] = wanted;
    this.isFree[rest] = true;
    pool.add(rest);
  }

  /** The second block becomes part of the first, its neighbour. */
  private join(first: number, second: number): void {
    this.size[first] = this.sizeOf(first) + this.sizeOf(second);
    const after = this.next[second] ?? NONE;
    this.next[first] = after;
    if (after !== NONE) this.previous[after] = first;
    this.recycled.push(second);
  }

  private newBlock(bytes: number, address: number, previous: number, next: number, small: boolean): number {
    const block = this.recycled.pop() ?? this.size.length;
    this.size[block] = bytes;
    this.address[block] = address;
    this.previous[block] = previous;
    this.next[block] = next;
    this.isFree[block] = false;
    this.isSmall[block] = small;
    return block;
  }
}

function segmentBytes(wanted: number): number {
  if (wanted <= SMALL_REQUEST) return SMALL_SEGMENT;
  if (wanted < MIN_LARGE_REQUEST) return LARGE_SEGMENT;
  return Math.ceil(wanted / SEGMENT_ROUNDING) * SEGMENT_ROUNDING;
}

/** Free blocks of one pool, by size and then by address. */
class FreeList {
  private readonly blocks: number[] = [];

  constructor(private readonly allocator: CachingAllocator) {}

  /** Takes out the smallest block of at least `bytes`, the lowest of equals. */
  takeBest(bytes: number): number {
    const index = this.lowerBound(bytes, -1);
    const block = this.blocks[index];
    if (block === undefined) return NONE;
    this.blocks.splice(index, 1);
    return block;
  }

  add(block: number): void {
    this.blocks.splice(this.indexOf(block), 0, block);
  }

  remove(block: number): void {
    this.blocks.splice(this.indexOf(block), 1);
  }

  /** Takes out all blocks that meet a condition. */
  takeWhole(isWhole: (block: number) => boolean): number[] {
    const taken = this.blocks.filter(isWhole);
    const kept = this.blocks.filter((block) => !isWhole(block));
    this.blocks.length = 0;
    this.blocks.push(...kept);
    return taken;
  }

  private indexOf(block: number): number {
    return this.lowerBound(this.allocator.sizeOf(block), this.allocator.addressOf(block));
  }

  /** The first position whose block is not below (bytes, address). */
  private lowerBound(bytes: number, address: number): number {
    const { blocks, allocator } = this;
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = blocks[middle] ?? NONE;
      const size = allocator.sizeOf(block);
      if (size < bytes || (size === bytes && allocator.addressOf(block) < address)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

