import { type LoweredStep, lastingBlocks, requestedBytes, type Section } from "../engine/tape";
import { CachingAllocator, GRANULE_BYTES, granulesOf, isSmall } from "./caching-allocator";

/** What the allocator did over a few steps at one batch size. */
export interface Replay {
  readonly peakAllocatedBytes: number;
  readonly peakReservedBytes: number;
  /** Change of allocated bytes with each event of the last step; 0 for requests of nothing. */
  readonly deltas: Float64Array;
  /** The highest allocated bytes in each part of the step, over all steps. */
  readonly peakBySection: Readonly<Record<Section, number>>;
  /** What is there when the last step begins and stays through it. */
  readonly lasting: readonly number[];
  /** By number of a block: its bytes during the last step; 0 when nothing was asked for. */
  readonly blockBytes: Float64Array;
}

/** The first step has no optimizer state yet; from the second on all are alike: a third moves the peak by under 0.02 %. */
const STEPS = 2;

/**
 * Replays steps through the caching allocator, as a run would: weights first, then step after step; the workspaces
 * come with the first matrix products, the optimizer's state with its first step, and each step's gradients stay
 * until the next step has its inputs.
 *
 * With gradient accumulation a step runs forward and backward several times before the optimizer: gradients of the
 * first pass stay, later ones are added to them as they come. All later passes are alike, so one is run.
 */
export function replayAllocator(step: LoweredStep, batchSize: number): Replay {
  const run = new Run(step, batchSize, true);
  run.all();
  return run.result();
}

/** What the same replay reserves, and no more of it. */
export function replayedReservedBytes(step: LoweredStep, batchSize: number): number {
  const run = new Run(step, batchSize, false);
  run.all();
  return run.reservedBytes;
}

/** In place of a block: nothing is held, or a small request that is only counted. */
const NOTHING = -1;
const SMALL = -2;

class Run {
  private readonly allocator = new CachingAllocator();
  private readonly granules: Float64Array;
  private readonly blocks: Int32Array;
  private readonly blockBytes: Float64Array;
  private readonly deltas: Float64Array;
  private readonly sections: readonly SectionRange[];
  private readonly isGradient: Uint8Array;
  private readonly peakBySection: Record<Section, number> = {
    setup: 0,
    state: 0,
    inputs: 0,
    forward: 0,
    backward: 0,
    optimizer: 0,
    end: 0,
  };

  constructor(
    private readonly lowered: LoweredStep,
    batchSize: number,
    private readonly records: boolean,
  ) {
    const { storages, storageOf, events } = lowered.tape;
    const granulesOfStorage = new Float64Array(storages.length);
    for (const storage of storages) {
      const bytes = requestedBytes(storage, batchSize);
      granulesOfStorage[storage.id] = bytes > 0 ? granulesOf(bytes) : 0;
    }
    this.granules = new Float64Array(storageOf.length);
    for (let i = 0; i < storageOf.length; i++) this.granules[i] = granulesOfStorage[storageOf[i] ?? 0] ?? 0;
    this.blocks = new Int32Array(storageOf.length).fill(NOTHING);
    this.blockBytes = new Float64Array(records ? storageOf.length : 0);
    this.deltas = new Float64Array(records ? events.length : 0);
    this.sections = sectionRanges(lowered);
    this.isGradient = new Uint8Array(storageOf.length);
    for (const block of lowered.gradients) this.isGradient[block] = 1;
  }

  get reservedBytes(): number {
    return this.allocator.reservedBytes;
  }

  all(): void {
    this.load();
    for (let i = 0; i < STEPS; i++) this.step(i);
  }

  private load(): void {
    for (const range of this.sections) if (range.section === "setup") this.play(range, { sums: false, records: false });
    this.allocator.releaseUnused();
    for (const bucket of this.lowered.buckets) this.allocate(bucket);
  }

  private step(index: number): void {
    const isFirst = index === 0;
    const passes = this.lowered.passesPerStep;
    for (let pass = 0; pass < Math.min(passes, 2); pass++) {
      const isLastPass = pass === Math.min(passes, 2) - 1;
      for (const range of this.sections) {
        const { section } = range;
        if (section === "setup" || section === "state") continue;
        if (!isLastPass && (section === "optimizer" || section === "end")) continue;
        if (isFirst && pass === 0) this.prepare(section);
        if (isFirst && isLastPass && section === "optimizer")
          for (const state of this.lowered.optimizerState) this.allocate(state);
        this.allocator.restartPeak();
        this.play(range, { sums: pass > 0, records: this.records && index === STEPS - 1 && isLastPass });
        this.peakBySection[section] = Math.max(this.peakBySection[section], this.allocator.peakAllocatedBytes);
        if (section === "inputs" && pass === 0 && !isFirst) this.clearGradients();
      }
      if (!isLastPass) this.endPass();
    }
  }

  result(): Replay {
    const lasting = lastingBlocks(this.lowered);
    for (const id of lasting) this.blockBytes[id] = this.bytesHeld(id, this.blocks[id] ?? NOTHING);
    return {
      peakAllocatedBytes: Math.max(...Object.values(this.peakBySection)),
      peakReservedBytes: this.reservedBytes,
      deltas: this.deltas,
      peakBySection: this.peakBySection,
      lasting,
      blockBytes: this.blockBytes,
    };
  }

  /**
   * @param sums whether gradients are added to those of earlier passes; the first pass keeps the ones it makes
   * @param records whether the changes are the ones to report
   */
  private play({ from, to }: SectionRange, { sums, records }: { sums: boolean; records: boolean }): void {
    const { events } = this.lowered.tape;
    const { granules, deltas, blockBytes } = this;
    for (let i = from; i < to; i++) {
      const event = events[i] ?? 0;
      let change = 0;
      if (event > 0) {
        const id = event - 1;
        const wanted = granules[id] ?? 0;
        if (wanted > 0) change = this.allocate(id);
        if (records) blockBytes[id] = change;
      } else if (sums || this.isGradient[-event - 1] === 0) {
        change = -this.free(-event - 1);
      }
      if (records) deltas[i] = change;
    }
  }

  private bytesHeld(id: number, block: number): number {
    if (block === NOTHING) return 0;
    return block === SMALL ? (this.granules[id] ?? 0) * GRANULE_BYTES : this.allocator.bytesOf(block);
  }

  /** @returns bytes taken */
  private allocate(id: number): number {
    const wanted = this.granules[id] ?? 0;
    if (wanted === 0) return 0;
    if (isSmall(wanted)) {
      this.allocator.countSmall(wanted);
      this.blocks[id] = SMALL;
      return wanted * GRANULE_BYTES;
    }
    const block = this.allocator.allocate(wanted);
    this.blocks[id] = block;
    return this.allocator.bytesOf(block);
  }

  /** @returns bytes given back */
  private free(id: number): number {
    const block = this.blocks[id] ?? NOTHING;
    if (block === NOTHING) return 0;
    this.blocks[id] = NOTHING;
    const wanted = this.granules[id] ?? 0;
    if (block === SMALL) {
      this.allocator.countSmall(-wanted);
      return wanted * GRANULE_BYTES;
    }
    const bytes = this.allocator.bytesOf(block);
    this.allocator.free(block);
    return bytes;
  }

  /** What appears in the course of the first step and stays. */
  private prepare(section: Section): void {
    const [forward, backward] = this.lowered.workspaces;
    if (section === "forward" && forward !== undefined) this.allocate(forward);
    if (section === "backward" && backward !== undefined) this.allocate(backward);
  }

  /** After a pass that is not the last: gradients stay, the batch goes. */
  private endPass(): void {
    const { gradients, gradientSums } = this.lowered;
    gradientSums.forEach((sum, i) => {
      const gradient = gradients[i] ?? sum;
      this.blocks[sum] = this.blocks[gradient] ?? NOTHING;
      this.blocks[gradient] = NOTHING;
    });
    for (const range of this.sections) if (range.section === "end") this.play(range, { sums: false, records: false });
  }

  private clearGradients(): void {
    for (const id of this.lowered.gradients) this.free(id);
    for (const id of this.lowered.gradientSums) this.free(id);
  }
}

interface SectionRange {
  readonly section: Section;
  readonly from: number;
  readonly to: number;
}

/** The parts of the tape, in order. */
function sectionRanges(step: LoweredStep): readonly SectionRange[] {
  const { sections, events } = step.tape;
  return sections.map(({ section, from }, i) => ({ section, from, to: sections[i + 1]?.from ?? events.length }));
}
