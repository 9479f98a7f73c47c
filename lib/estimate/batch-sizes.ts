import { type LoweredStep, PURPOSES, requestedBytes, type Storage, storageAt } from "../engine/tape";
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
  private readonly fixed: Float64Array;
  private readonly perSample: Float64Array;
  private readonly perPair: Float64Array;
  /** Index into `steppedBuffers`; −1 for none. */
  private readonly stepped: Int32Array;
  private readonly event: Int32Array;
  private instantCount = 0;
  /** One of each kind; buffers of a kind have equal sizes. */
  private readonly steppedBuffers: Storage[] = [];

  constructor(private readonly step: LoweredStep) {
    const { storages, storageOf, events } = step.tape;
    const start = firstEvent(step);
    const most = events.length - start + 1;
    this.fixed = new Float64Array(most);
    this.perSample = new Float64Array(most);
    this.perPair = new Float64Array(most);
    this.stepped = new Int32Array(most);
    this.event = new Int32Array(most);
    const [degree, bytes, kind] = this.columns(storages);
    let [fixed, perSample, perPair, stepped] = [this.lastingBytes(), 0, 0, -1];
    let grew = false;
    for (let i = start; i <= events.length; i++) {
      const event = events[i] ?? 0;
      if (event <= 0 && grew) {
        const instant = this.instantCount++;
        this.fixed[instant] = fixed;
        this.perSample[instant] = perSample;
        this.perPair[instant] = perPair;
        this.stepped[instant] = stepped;
        this.event[instant] = i - 1;
        grew = false;
      }
      if (event === 0) continue;
      const storage = storageOf[Math.abs(event) - 1] ?? 0;
      const change = event > 0 ? (bytes[storage] ?? 0) : -(bytes[storage] ?? 0);
      switch (degree[storage]) {
        case STEPPED:
          if (event > 0 && stepped < 0) stepped = kind[storage] ?? -1;
          else if (event < 0 && stepped === kind[storage]) stepped = -1;
          break;
        case 0:
          fixed += change;
          break;
        case 1:
          perSample += change;
          break;
        default:
          perPair += change;
      }
      if (event > 0) grew = true;
    }
  }

  peakBytes(batchSize: number): number {
    return this.highest(batchSize).bytes;
  }

  /** The category that grows most with one more sample, at the instant that is the peak for a batch size. */
  fastestGrowing(batchSize: number): MemoryCategory {
    const { storages, storageOf, events } = this.step.tape;
    const { event } = this.highest(batchSize);
    const alive = new Int32Array(storages.length);
    for (let i = firstEvent(this.step); i <= event; i++) {
      const id = events[i] ?? 0;
      const storage = storageOf[Math.abs(id) - 1] ?? 0;
      alive[storage] = (alive[storage] ?? 0) + Math.sign(id);
    }
    const growth = new Map<MemoryCategory, number>();
    for (const { id, degree, coefficient, purpose } of storages) {
      const more = degree === 0 ? 0 : coefficient * ((batchSize + 1) ** degree - batchSize ** degree);
      growth.set(purpose, (growth.get(purpose) ?? 0) + (alive[id] ?? 0) * more);
    }
    let [most, found]: [number, MemoryCategory] = [0, "weights"];
    for (const purpose of PURPOSES)
      if ((growth.get(purpose) ?? 0) > most) [most, found] = [growth.get(purpose) ?? 0, purpose];
    return found;
  }

  private highest(batchSize: number): { readonly bytes: number; readonly event: number } {
    const { fixed, perSample, perPair, stepped, instantCount } = this;
    const buffers = this.steppedBuffers.map((storage) => requestedBytes(storage, batchSize));
    let [most, at] = [0, 0];
    for (let i = 0; i < instantCount; i++) {
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
    const { tape, weights, optimizerState, workspaces, buckets, gradients, passesPerStep } = this.step;
    const lasting = [...weights, ...optimizerState, ...workspaces, ...buckets, ...(passesPerStep > 1 ? gradients : [])];
    return lasting.reduce((sum, block) => sum + roundedBytes(storageAt(tape, block).coefficient), 0);
  }

  /** By storage: the power of the batch size its bytes grow with, its bytes by that power, and its kind if they grow in steps. */
  private columns(storages: readonly Storage[]): readonly [Int8Array, Float64Array, Int32Array] {
    const [degree, bytes] = [new Int8Array(storages.length), new Float64Array(storages.length)];
    const kind = new Int32Array(storages.length);
    const kinds = new Map<string, number>();
    for (const storage of storages) {
      const { id } = storage;
      degree[id] = storage.sizeAt === null ? storage.degree : STEPPED;
      bytes[id] = storage.degree === 0 ? roundedBytes(storage.coefficient) : storage.coefficient;
      if (storage.sizeAt !== null) kind[id] = this.kindOf(storage, kinds);
    }
    return [degree, bytes, kind];
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

/** In place of a power: bytes that grow in steps. */
const STEPPED = -1;

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
