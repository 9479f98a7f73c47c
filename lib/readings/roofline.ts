import type { LoweredStep, PhysicalDtype } from "../engine/tape";
import { alikeTogether, type Kernel, type KernelKind } from "./kernels";

/** What a card does per second, and what every kernel costs it. */
export interface CardRates {
  /** Large matrix products, by the type that the matrix units are given. A type that the card lacks is absent. */
  readonly productFlopsPerSecond: Readonly<Partial<Record<PhysicalDtype, number>>>;
  /** Convolutions of fp32 tensors, which cuDNN may run in TF32. */
  readonly convolutionFp32FlopsPerSecond: number;
  readonly memoryBytesPerSecond: number;
  readonly multiprocessors: number;
  /** Clock of a multiprocessor. */
  readonly cyclesPerSecond: number;
}

/** Kinds of kernels that multiprocessors may be too slow for, whatever the memory gives. */
export type PacedKind = Exclude<KernelKind, "product" | "convolution" | "stream">;

/** Fractions of a card's rates that kinds of kernels reach, and seconds that do not depend on size. Fitted; see the catalogue. */
export interface KernelEfficiencies {
  /** Fraction of the memory bandwidth that a kernel reaches which only waits for memory. */
  readonly bandwidth: number;
  /** Bytes that one multiprocessor reads or writes in a cycle: index arithmetic, sums across threads and narrow loads take their time. */
  readonly bytesPerCycle: Readonly<Record<PacedKind, number>>;
  /** Fraction of the rate of large products. */
  readonly convolution: number;
  readonly attention: number;
  /** Fraction of the fp32 rate that unfused attention reaches whose operands matrix units cannot load: rows of no multiple of 16 bytes. */
  readonly unaligned: number;
  /** Seconds from the start of one kernel to the start of the next when neither has work. */
  readonly secondsPerKernel: number;
  /** Seconds of one wave of tiles besides its arithmetic. */
  readonly secondsPerWave: number;
  /** Fraction of the memory bandwidth that the optimizer's kernels reach. */
  readonly update: number;
  /** Fraction of the rate that a multiprocessor reaches on a tile of half or a quarter of 128 × 128: it reads operands more often. */
  readonly halfTile: number;
  readonly quarterTile: number;
}

/** Device seconds of one step by phase. */
export interface DeviceSeconds {
  readonly forward: number;
  readonly recompute: number;
  readonly backward: number;
  readonly optimizer: number;
  readonly kernelCount: number;
}

/**
 * Seconds that the card is at work on a step's kernels: of each, arithmetic over the matrix rate plus bytes over the
 * bandwidth. The terms add, as a kernel's parts overlap only in part; over 23 cards the sum was nearer to measurements
 * than the larger of the two (docs/time.md).
 */
export function deviceSeconds(
  kernels: readonly Kernel[],
  update: LoweredStep["update"],
  rates: CardRates,
  efficiencies: KernelEfficiencies,
): DeviceSeconds {
  let [forward, recompute, backward, kernelCount] = [0, 0, 0, 0];
  for (const kernel of kernels) {
    const seconds = kernel.count * kernelSeconds(kernel, rates, efficiencies);
    if (kernel.phase === "forward") forward += seconds;
    else if (kernel.phase === "backward") backward += seconds;
    else recompute += seconds;
    kernelCount += kernel.count;
  }
  const optimizer =
    update.bytesMoved / (rates.memoryBytesPerSecond * efficiencies.update) +
    update.kernelCount * efficiencies.secondsPerKernel;
  return { forward, recompute, backward, optimizer, kernelCount: kernelCount + update.kernelCount };
}

/**
 * The same work in fewer entries, for when many cards are asked: kernels without arithmetic take time for their number
 * and their bytes alone, so those of a phase and kind are one entry with the bytes of the average.
 */
export function condensed(kernels: readonly Kernel[]): readonly Kernel[] {
  const merged = new Map<string, Kernel>();
  const rest: Kernel[] = [];
  for (const kernel of kernels) {
    if (kernel.flops > 0) {
      rest.push(kernel);
      continue;
    }
    const key = `${kernel.phase} ${kernel.kind}`;
    const before = merged.get(key) ?? { ...kernel, operation: kernel.kind, count: 0, bytes: 0 };
    const count = before.count + kernel.count;
    const bytes = (before.count * before.bytes + kernel.count * kernel.bytes) / count;
    merged.set(key, { ...before, count, bytes });
  }
  return [...alikeTogether(rest), ...merged.values()];
}

/** @returns seconds of one such kernel; infinite where the card has no unit for the type */
export function kernelSeconds(kernel: Kernel, rates: CardRates, efficiencies: KernelEfficiencies): number {
  return (
    efficiencies.secondsPerKernel +
    memorySeconds(kernel, rates, efficiencies) +
    arithmeticSeconds(kernel, rates, efficiencies)
  );
}

/**
 * The longer of two: until memory has handed over the bytes, or until the multiprocessors have asked for them. A
 * card with much bandwidth for its multiprocessors, such as B200, gains less from it than its datasheet says; one with
 * little, such as RTX 4090, loses less.
 */
function memorySeconds(
  { kind, bytes }: Kernel,
  rates: CardRates,
  { bandwidth, bytesPerCycle }: KernelEfficiencies,
): number {
  const memory = bytes / (rates.memoryBytesPerSecond * bandwidth);
  if (kind === "product" || kind === "convolution" || kind === "stream") return memory;
  return Math.max(memory, bytes / (bytesPerCycle[kind] * rates.multiprocessors * rates.cyclesPerSecond));
}

function arithmeticSeconds(kernel: Kernel, rates: CardRates, efficiencies: KernelEfficiencies): number {
  if (kernel.flops === 0) return 0;
  const rate =
    kernel.kind === "convolution" && kernel.precision === "float32"
      ? rates.convolutionFp32FlopsPerSecond
      : (rates.productFlopsPerSecond[kernel.precision] ?? 0);
  if (rate === 0) return Number.POSITIVE_INFINITY;
  if (kernel.kind === "attention" && kernel.isUnaligned) {
    return kernel.flops / ((rates.productFlopsPerSecond.float32 ?? rate) * efficiencies.unaligned);
  }
  if (kernel.kind === "attention") {
    const tiles = (length: number) => Math.ceil(length / ATTENTION_TILE) * ATTENTION_TILE;
    const padding = (tiles(kernel.rows) * tiles(kernel.columns)) / (kernel.rows * kernel.columns);
    return (kernel.flops * padding) / (rate * efficiencies.attention);
  }
  const seconds = productSeconds(kernel, rate, rates.multiprocessors, efficiencies);
  return kernel.kind === "convolution" ? seconds / efficiencies.convolution : seconds;
}

/** Rows of queries and of keys that one block of a fused attention kernel takes. Source: arXiv:2205.14135 §3.1, FlashAttention-2's tiles. */
const ATTENTION_TILE = 64;

/** Tiles of a result that one multiprocessor works on at a time. Source: NVIDIA CUTLASS, default threadblock shapes. */
const PRODUCT_TILES = [
  { rows: 256, columns: 128, size: "full" },
  { rows: 128, columns: 256, size: "full" },
  { rows: 128, columns: 128, size: "full" },
  { rows: 128, columns: 64, size: "half" },
  { rows: 64, columns: 128, size: "half" },
  { rows: 64, columns: 64, size: "quarter" },
] as const;
const SPLITS = [1, 2, 4, 8, 16, 32, 64, 128] as const;
/** A part of the summed length that is worth a block of its own. */
const SHORTEST_SPLIT = 256;

/**
 * A matrix product runs in waves of tiles, one tile per multiprocessor: a last wave that is not full takes as long as a
 * full one. The library picks the tiling, and may split the summed length; here the quickest is taken.
 */
function productSeconds(
  { rows, columns, inner }: Kernel,
  rate: number,
  multiprocessors: number,
  { secondsPerWave, halfTile, quarterTile }: KernelEfficiencies,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const tile of PRODUCT_TILES) {
    const tiles = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
    const fraction = tile.size === "full" ? 1 : tile.size === "half" ? halfTile : quarterTile;
    const secondsPerLength = (2 * tile.rows * tile.columns * multiprocessors) / (rate * fraction);
    for (const parts of SPLITS) {
      // Waves that are all full: no tiling takes less, and more parts take more. The last split may make but half as many.
      const full = (tiles / multiprocessors) * (secondsPerLength * inner + (parts / 2) * secondsPerWave);
      if (full >= least) break;
      const length = Math.max(inner / parts, Math.min(inner, SHORTEST_SPLIT));
      const waves = Math.ceil((tiles * Math.ceil(inner / length)) / multiprocessors);
      least = Math.min(least, waves * (secondsPerLength * length + secondsPerWave));
      if (inner / parts <= SHORTEST_SPLIT) break; // more parts would be as long
    }
  }
  return least;
}
