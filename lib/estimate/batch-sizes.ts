import { type LoweredStep, PURPOSES, requestedBytes, type Storage } from "../engine/tape";
import { roundedBytes } from "../readings/caching-allocator";
import type { MemoryCategory } from "./estimate";

/**
 * One instant at which memory may be highest: bytes as a polynomial in the batch size, and the one buffer in use
 * then whose size grows in steps, if there is one.
 */
interface Instant {
  readonly fixed: number;
  readonly perSample: number;
  readonly perPair: number;
  readonly stepped: Storage | null;
  /** Index of the event. */
  readonly event: number;
}

/**
 * One lowered step read at any batch size: the most that is asked for at once, before the allocator's own rounding.
 *
 * The tape is the same for every size, so the few instants that can be the peak for some size are found once, and a
 * reading is the largest of a handful of polynomials.
 */
export class BatchReading {
  private readonly instants: readonly Instant[];

  constructor(private readonly step: LoweredStep) {
    this.instants = possiblePeaks(step);
  }

  peakBytes(batchSize: number): number {
    let peak = 0;
    for (const instant of this.instants) peak = Math.max(peak, bytesAt(instant, batchSize));
    return peak;
  }

  /** The category that grows most with one more sample, at the instant that is the peak for a batch size. */
  fastestGrowing(batchSize: number): MemoryCategory {
    let [peak, event] = [0, 0];
    for (const instant of this.instants) {
      const bytes = bytesAt(instant, batchSize);
      if (bytes > peak) [peak, event] = [bytes, instant.event];
    }
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
    for (const purpose of PURPOSES) if ((growth.get(purpose) ?? 0) > most) [most, found] = [growth.get(purpose) ?? 0, purpose];
    return found;
  }
}

function bytesAt(instant: Instant, batchSize: number): number {
  const stepped = instant.stepped === null ? 0 : requestedBytes(instant.stepped, batchSize);
  return instant.fixed + batchSize * (instant.perSample + batchSize * instant.perPair) + stepped;
}

function firstEvent(step: LoweredStep): number {
  return step.tape.sections.find(({ section }) => section === "inputs")?.from ?? 0;
}

/** The instants after an allocation that no other instant exceeds at every batch size. */
function possiblePeaks(step: LoweredStep): Instant[] {
  const { storages, events } = step.tape;
  let [fixed, perSample, perPair] = [0, 0, 0];
  const lasting = [...step.weights, ...step.optimizerState, ...step.workspaces, ...step.buckets];
  for (const storage of step.passesPerStep > 1 ? [...lasting, ...step.gradients] : lasting) fixed += roundedBytes(storage.coefficient);
  let stepped: Storage | null = null;
  let kept: Instant[] = [];
  let grew = false;
  const from = firstEvent(step);
  for (let i = from; i <= events.length; i++) {
    const event = events[i] ?? 0;
    // Memory is highest just before something is freed.
    if (event <= 0 && grew) {
      kept = withoutExceeded(kept, { fixed, perSample, perPair, stepped, event: i - 1 });
      grew = false;
    }
    const storage = storages[Math.abs(event) - 1];
    if (storage === undefined) continue;
    const sign = Math.sign(event);
    if (storage.sizeAt !== null) {
      if (sign > 0 && stepped === null) stepped = storage;
      else if (sign < 0 && stepped === storage) stepped = null;
    } else if (storage.degree === 0) fixed += sign * roundedBytes(storage.coefficient);
    else if (storage.degree === 1) perSample += sign * storage.coefficient;
    else perPair += sign * storage.coefficient;
    if (sign > 0) grew = true;
  }
  return kept;
}

function withoutExceeded(instants: Instant[], added: Instant): Instant[] {
  if (instants.some((other) => exceeds(other, added))) return instants;
  const kept = instants.filter((other) => !exceeds(added, other));
  kept.push(added);
  return kept;
}

/** Whether one instant is at least as high as another whatever the batch size. */
function exceeds(a: Instant, b: Instant): boolean {
  if (a.fixed < b.fixed || a.perSample < b.perSample || a.perPair < b.perPair) return false;
  return b.stepped === null || a.stepped === b.stepped || isLikeStepped(a.stepped, b.stepped);
}

function isLikeStepped(a: Storage | null, b: Storage): boolean {
  return a !== null && a.place === b.place;
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
