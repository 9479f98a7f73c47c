import { type LoweredStep, PURPOSES, requestedBytes, type Storage } from "../engine/tape";
import { roundedBytes } from "../readings/caching-allocator";
import type { MemoryCategory } from "./estimate";

/**
 * One lowered step read at any batch size: the most that is asked for at once, before the allocator's own rounding.
 *
 * The tape is the same for every size, so the bytes alive at an instant are a polynomial in the batch size, plus at
 * most one buffer whose size grows in steps. Instants that can be a peak, just before something is freed, are put
 * into columns once; a reading is one pass over them.
 */
export class BatchReading {
  private readonly fixed: number[] = [];
  private readonly perSample: number[] = [];
  private readonly perPair: number[] = [];
  /** Index into `steppedBuffers`; −1 for none. */
  private readonly stepped: number[] = [];
  private readonly event: number[] = [];
  /** One of each kind; buffers of a kind have equal sizes. */
  private readonly steppedBuffers: Storage[] = [];

  constructor(private readonly step: LoweredStep) {
    const { storages, events } = step.tape;
    const kinds = new Map<string, number>();
    let [fixed, perSample, perPair, stepped] = [this.lastingBytes(), 0, 0, -1];
    let grew = false;
    for (let i = firstEvent(step); i <= events.length; i++) {
      const event = events[i] ?? 0;
      if (event <= 0 && grew) {
        this.fixed.push(fixed);
        this.perSample.push(perSample);
        this.perPair.push(perPair);
        this.stepped.push(stepped);
        this.event.push(i - 1);
        grew = false;
      }
      const storage = storages[Math.abs(event) - 1];
      if (storage === undefined) continue;
      const sign = event > 0 ? 1 : -1;
      if (storage.sizeAt !== null) {
        const kind = this.kindOf(storage, kinds);
        if (sign > 0 && stepped < 0) stepped = kind;
        else if (sign < 0 && stepped === kind) stepped = -1;
      } else if (storage.degree === 0) fixed += sign * roundedBytes(storage.coefficient);
      else if (storage.degree === 1) perSample += sign * storage.coefficient;
      else perPair += sign * storage.coefficient;
      if (sign > 0) grew = true;
    }
  }

  peakBytes(batchSize: number): number {
    return this.highest(batchSize).bytes;
  }

  /** The category that grows most with one more sample, at the instant that is the peak for a batch size. */
  fastestGrowing(batchSize: number): MemoryCategory {
    const { event } = this.highest(batchSize);
    const growth = new Map<MemoryCategory, number>();
    const { tape } = this.step;
    for (let i = firstEvent(this.step); i <= event; i++) {
      const id = tape.events[i] ?? 0;
      const storage = tape.storages[Math.abs(id) - 1];
      if (storage === undefined || storage.degree === 0) continue;
      const more = storage.coefficient * ((batchSize + 1) ** storage.degree - batchSize ** storage.degree);
      growth.set(storage.purpose, (growth.get(storage.purpose) ?? 0) + Math.sign(id) * more);
    }
    let [most, found]: [number, MemoryCategory] = [0, "weights"];
    for (const purpose of PURPOSES)
      if ((growth.get(purpose) ?? 0) > most) [most, found] = [growth.get(purpose) ?? 0, purpose];
    return found;
  }

  private highest(batchSize: number): { readonly bytes: number; readonly event: number } {
    const { fixed, perSample, perPair, stepped } = this;
    const buffers = this.steppedBuffers.map((storage) => requestedBytes(storage, batchSize));
    let [most, at] = [0, 0];
    for (let i = 0; i < fixed.length; i++) {
      let bytes = (fixed[i] ?? 0) + batchSize * ((perSample[i] ?? 0) + batchSize * (perPair[i] ?? 0));
      const kind = stepped[i] ?? -1;
      if (kind >= 0) bytes += buffers[kind] ?? 0;
      if (bytes > most) {
        most = bytes;
        at = i;
      }
    }
    return { bytes: most, event: this.event[at] ?? 0 };
  }

  private lastingBytes(): number {
    const { weights, optimizerState, workspaces, buckets, gradients, passesPerStep } = this.step;
    const lasting = [...weights, ...optimizerState, ...workspaces, ...buckets, ...(passesPerStep > 1 ? gradients : [])];
    return lasting.reduce((sum, storage) => sum + roundedBytes(storage.coefficient), 0);
  }

  private kindOf(storage: Storage, kinds: Map<string, number>): number {
    let kind = kinds.get(storage.place);
    if (kind === undefined) {
      kind = this.steppedBuffers.push(storage) - 1;
      kinds.set(storage.place, kind);
    }
    return kind;
  }
}

function firstEvent(step: LoweredStep): number {
  return step.tape.sections.find(({ section }) => section === "inputs")?.from ?? 0;
}

/** Beyond what any plan may ask for. */
export const BATCH_LIMIT = 2 ** 20;

/**
 * The largest batch size whose memory stays within a bound; 0 when not even one sample does.
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

/** Batch sizes for a curve: from 1 to beyond the largest that fits and the one asked for. */
export function curveBatchSizes(batchSize: number, largest: number): number[] {
  const end = Math.min(BATCH_LIMIT, Math.max(16, Math.ceil(1.5 * Math.max(batchSize, largest))));
  const sizes = new Set<number>([1, batchSize, ...(largest > 0 ? [largest] : []), end]);
  for (let i = 1; i < CURVE_POINTS; i++) sizes.add(Math.max(1, Math.round((end * i) / CURVE_POINTS)));
  return [...sizes].sort((a, b) => a - b);
}

const CURVE_POINTS = 16;
