import type { LoweredStep } from "../engine/tape";
import { requestedBytes } from "../engine/tape";
import { roundedBytes } from "../readings/caching-allocator";
import { MEMORY_CATEGORIES, type MemoryCategory } from "./estimate";

/**
 * One lowered step read at any batch size: the most that is asked for at once, before the allocator's own rounding.
 * The tape is the same for every size, so a reading is one pass over its events.
 */
export class BatchReading {
  private readonly events: Int32Array;
  private readonly from: number;
  private readonly coefficients: Float64Array;
  private readonly degrees: Int8Array;
  private readonly stepped: number[] = [];
  private readonly lasting: readonly number[];

  constructor(private readonly step: LoweredStep) {
    const { tape } = step;
    this.events = Int32Array.from(tape.events);
    this.from = tape.sections.find(({ section }) => section === "inputs")?.from ?? 0;
    this.coefficients = new Float64Array(tape.storages.length);
    this.degrees = new Int8Array(tape.storages.length);
    for (const storage of tape.storages) {
      this.coefficients[storage.id] = storage.coefficient;
      this.degrees[storage.id] = storage.degree;
      if (storage.sizeAt !== null) this.stepped.push(storage.id);
    }
    this.lasting = [...step.weights, ...step.optimizerState, ...step.workspaces].map((storage) => storage.id);
  }

  /** Bytes of every storage at one batch size. */
  private sizesAt(batchSize: number): Float64Array {
    const { coefficients, degrees } = this;
    const sizes = new Float64Array(coefficients.length);
    for (let i = 0; i < sizes.length; i++) {
      const degree = degrees[i] ?? 0;
      const coefficient = coefficients[i] ?? 0;
      sizes[i] = roundedBytes(degree === 0 ? coefficient : degree === 1 ? coefficient * batchSize : coefficient * batchSize ** degree);
    }
    for (const id of this.stepped) {
      const storage = this.step.tape.storages[id];
      const bytes = storage === undefined ? 0 : requestedBytes(storage, batchSize);
      sizes[id] = bytes > 0 ? roundedBytes(bytes) : 0;
    }
    return sizes;
  }

  peakBytes(batchSize: number): number {
    const sizes = this.sizesAt(batchSize);
    let now = 0;
    for (const id of this.lasting) now += sizes[id] ?? 0;
    let peak = now;
    for (let i = this.from; i < this.events.length; i++) {
      const event = this.events[i] ?? 0;
      now += event > 0 ? (sizes[event - 1] ?? 0) : -(sizes[-event - 1] ?? 0);
      if (now > peak) peak = now;
    }
    return peak;
  }

  /** The category whose bytes at the peak grow most between two batch sizes; at equal sizes the largest. */
  fastestGrowing(smaller: number, larger: number): MemoryCategory {
    const [a, b] = [this.categoriesAtPeak(smaller), this.categoriesAtPeak(larger)];
    let [most, found]: [number, MemoryCategory] = [-Infinity, "weights"];
    for (const id of MEMORY_CATEGORIES) {
      const growth = (b.get(id) ?? 0) - (smaller === larger ? 0 : (a.get(id) ?? 0));
      if (growth > most) [most, found] = [growth, id];
    }
    return found;
  }

  private categoriesAtPeak(batchSize: number): ReadonlyMap<MemoryCategory, number> {
    const sizes = this.sizesAt(batchSize);
    const { storages } = this.step.tape;
    const now = new Map<MemoryCategory, number>();
    const add = (id: number, sign: number) => {
      const purpose = storages[id]?.purpose ?? "weights";
      now.set(purpose, (now.get(purpose) ?? 0) + sign * (sizes[id] ?? 0));
      return sign * (sizes[id] ?? 0);
    };
    let total = 0;
    for (const id of this.lasting) total += add(id, 1);
    let [peak, best] = [total, new Map(now)];
    const target = this.peakBytes(batchSize);
    for (let i = this.from; i < this.events.length && peak < target; i++) {
      const event = this.events[i] ?? 0;
      total += event > 0 ? add(event - 1, 1) : add(-event - 1, -1);
      if (total > peak) {
        peak = total;
        if (total >= target) best = new Map(now);
      }
    }
    return best;
  }
}

/** Twice a batch of a million: beyond what any plan may ask for. */
export const BATCH_LIMIT = 2 ** 20;

/**
 * The largest batch size whose memory stays within a bound.
 *
 * @param deviceBytes upper estimate at a batch size; grows with it
 */
export function largestWithin(usableBytes: number, deviceBytes: (batchSize: number) => number): number {
  if (deviceBytes(1) > usableBytes) return 0;
  let [fits, fails] = [1, 2];
  while (fails <= BATCH_LIMIT && deviceBytes(fails) <= usableBytes) [fits, fails] = [fails, fails * 2];
  if (fails > BATCH_LIMIT) return BATCH_LIMIT;
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (deviceBytes(middle) <= usableBytes) fits = middle;
    else fails = middle;
  }
  return fits;
}

/** Batch sizes for a curve: dense where it is read, from 1 to beyond the largest that fits and the one asked for. */
export function curveBatchSizes(batchSize: number, largest: number): number[] {
  const end = Math.min(BATCH_LIMIT, Math.max(16, Math.ceil(1.5 * Math.max(batchSize, largest))));
  const sizes = new Set<number>([1, batchSize, ...(largest > 0 ? [largest] : []), end]);
  const points = 16;
  for (let i = 1; i < points; i++) sizes.add(Math.max(1, Math.round((end * i) / points)));
  return [...sizes].sort((a, b) => a - b);
}

