import { type LoweredStep, lastingBlocks, PURPOSES, requestedBytes, type Storage, storageAt } from "../engine/tape";
import { roundedBytes } from "../readings/caching-allocator";
import type { MemoryCategory } from "./estimate";

/** Bytes alive after an event: `fixed + perSample · batch + perPair · batch²`, and one buffer that grows in steps. */
interface Instant {
  readonly fixed: number;
  readonly perSample: number;
  readonly perPair: number;
  /** Index into `steppedBuffers`; −1 for none. */
  readonly stepped: number;
  readonly event: number;
}

/** Whether one is at least as high as another at every batch size. */
function isNeverBelow(a: Instant, b: Instant): boolean {
  const hasBuffer = b.stepped < 0 || a.stepped === b.stepped;
  return hasBuffer && a.fixed >= b.fixed && a.perSample >= b.perSample && a.perPair >= b.perPair;
}

/**
 * One lowered step read at any batch size: the most that is asked for at once, before the allocator's own rounding.
 *
 * The tape is the same for every size, so the bytes alive at an instant are a polynomial in the batch size, plus at
 * most one buffer whose size grows in steps. Instants that can be a peak, just before something is freed, are noted
 * once, but for many that another is at least as high as at every size; a reading looks at those of the rest that lie in
 * stretches which may hold the highest.
 */
export class BatchReading {
  private readonly instants: Instant[] = [];
  private readonly stretches: Stretch[] = [];
  /** One of each kind; buffers of a kind have equal sizes. */
  private readonly steppedBuffers: Storage[] = [];

  constructor(private readonly step: LoweredStep) {
    const { storages, storageOf, events } = step.tape;
    const start = firstEvent(step);
    const [degree, bytes, kind] = this.columns(storages);
    let [fixed, perSample, perPair, stepped] = [this.lastingBytes(), 0, 0, -1];
    let grew = false;
    for (let i = start; i <= events.length; i++) {
      const event = events[i] ?? 0;
      if (event <= 0 && grew) {
        this.note({ fixed, perSample, perPair, stepped, event: i - 1 });
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
    for (let from = 0; from < this.instants.length; from += STRETCH)
      this.stretches.push(stretchOf(this.instants.slice(from, from + STRETCH)));
  }

  peakBytes(batchSize: number): number {
    return this.highest(batchSize).bytes;
  }

  /** The category that grows most with one more sample, at the instant that is the peak for a batch size. */
  fastestGrowing(batchSize: number): MemoryCategory {
    const { storages, storageOf, events } = this.step.tape;
    const event = this.highest(batchSize).instant?.event ?? 0;
    const alive = new Int32Array(storages.length);
    for (let i = firstEvent(this.step); i <= event; i++) {
      const id = events[i] ?? 0;
      const storage = storageOf[Math.abs(id) - 1] ?? 0;
      alive[storage] = (alive[storage] ?? 0) + Math.sign(id);
    }
    const growth = new Map<MemoryCategory, number>();
    for (const { id, degree, coefficient, purpose } of storages) {
      const count = alive[id] ?? 0;
      if (count === 0 || degree === 0) continue;
      const more = coefficient * ((batchSize + 1) ** degree - batchSize ** degree);
      growth.set(purpose, (growth.get(purpose) ?? 0) + count * more);
    }
    let [most, found]: [number, MemoryCategory] = [0, "weights"];
    for (const purpose of PURPOSES)
      if ((growth.get(purpose) ?? 0) > most) [most, found] = [growth.get(purpose) ?? 0, purpose];
    return found;
  }

  /** The latest instants are compared alone: memory rises through one half of a step and falls through the other. */
  private note(instant: Instant): void {
    const { instants } = this;
    let latest = instants.at(-1);
    if (latest !== undefined && isNeverBelow(latest, instant)) return;
    while (latest !== undefined && isNeverBelow(instant, latest)) {
      instants.pop();
      latest = instants.at(-1);
    }
    instants.push(instant);
  }

  private highest(batchSize: number): { readonly bytes: number; readonly instant: Instant | undefined } {
    const buffers = this.steppedBuffers.map((storage) => requestedBytes(storage, batchSize));
    const largestBuffer = Math.max(0, ...buffers);
    let most = 0;
    let at: Instant | undefined;
    for (const { fixed, perSample, perPair, instants } of this.stretches) {
      if (bytesAt(fixed, perSample, perPair, batchSize) + largestBuffer <= most) continue;
      for (const instant of instants) {
        let bytes = bytesAt(instant.fixed, instant.perSample, instant.perPair, batchSize);
        if (instant.stepped >= 0) bytes += buffers[instant.stepped] ?? 0;
        if (bytes > most) {
          most = bytes;
          at = instant;
        }
      }
    }
    return { bytes: most, instant: at };
  }

  private lastingBytes(): number {
    const { tape } = this.step;
    return lastingBlocks(this.step).reduce((sum, block) => sum + roundedBytes(storageAt(tape, block).coefficient), 0);
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

/** How many instants make a stretch. */
const STRETCH = 16;

/** Instants that follow each other; none is above the highest of their terms taken together. */
interface Stretch {
  readonly fixed: number;
  readonly perSample: number;
  readonly perPair: number;
  readonly instants: readonly Instant[];
}

function stretchOf(instants: readonly Instant[]): Stretch {
  let [fixed, perSample, perPair] = [0, 0, 0];
  for (const instant of instants) {
    if (instant.fixed > fixed) fixed = instant.fixed;
    if (instant.perSample > perSample) perSample = instant.perSample;
    if (instant.perPair > perPair) perPair = instant.perPair;
  }
  return { fixed, perSample, perPair, instants };
}

function bytesAt(fixed: number, perSample: number, perPair: number, batchSize: number): number {
  return fixed + batchSize * (perSample + batchSize * perPair);
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
  let [fits, fitsBytes] = [1, deviceBytes(1)];
  if (fitsBytes > usableBytes) return 0;
  let [fails, failsBytes] = [BATCH_LIMIT + 1, Number.POSITIVE_INFINITY];
  let perSample = deviceBytes(2) - fitsBytes;
  // Memory grows almost evenly: where it would reach the bound is seldom far off. Every third step halves what is left.
  for (let step = 1; fails - fits > 1; step++) {
    const reach = perSample > 0 ? fits + Math.floor((usableBytes - fitsBytes) / perSample) : BATCH_LIMIT;
    const guess = step % 3 === 0 ? (fits + fails) >> 1 : Math.max(fits + 1, Math.min(fails - 1, reach));
    const bytes = deviceBytes(guess);
    if (bytes <= usableBytes) {
      perSample = (bytes - fitsBytes) / (guess - fits);
      [fits, fitsBytes] = [guess, bytes];
    } else {
      [fails, failsBytes] = [guess, bytes];
    }
    if (failsBytes < Number.POSITIVE_INFINITY) perSample = (failsBytes - fitsBytes) / (fails - fits);
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
