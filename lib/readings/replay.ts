import { type LoweredStep, requestedBytes, type Section, type Storage } from "../engine/tape";
import { CachingAllocator } from "./caching-allocator";

/** What the allocator did over a few steps at one batch size. */
export interface Replay {
  readonly peakAllocatedBytes: number;
  readonly peakReservedBytes: number;
  /** Bytes of the block behind each event of the last step; negative for frees, 0 for requests of nothing. */
  readonly deltas: Float64Array;
  /** The highest allocated bytes in each part of the last step. */
  readonly peakBySection: Readonly<Record<Section, number>>;
  /** Bytes of the blocks that hold what outlives the step, in the last step. */
  readonly lasting: ReadonlyMap<Storage, number>;
  /** Bytes of the block a storage lay in during the last step; 0 when it asked for nothing. */
  readonly blockBytes: (storage: Storage) => number;
}

/** The first step has no optimizer state yet; by the third, blocks fall into the places they keep. */
const STEPS = 3;

/**
 * Replays steps through the caching allocator, as a run would: weights first, then step after step; the workspaces
 * come with the first matrix products, the optimizer's state with its first step, and each step's gradients stay
 * until the next step has its inputs.
 */
export function replayAllocator(step: LoweredStep, batchSize: number): Replay {
  const { tape } = step;
  const { events, storages } = tape;
  const allocator = new CachingAllocator();
  const blocks = new Int32Array(storages.length).fill(-1);
  const sizes = new Float64Array(storages.length);
  for (const storage of storages) sizes[storage.id] = requestedBytes(storage, batchSize);
  const allocate = (id: number) => {
    const bytes = sizes[id] ?? 0;
    if (bytes > 0) blocks[id] = allocator.allocate(bytes);
  };
  const free = (id: number) => {
    const block = blocks[id] ?? -1;
    if (block < 0) return;
    allocator.free(block);
    blocks[id] = -1;
  };
  const sections = sectionRanges(step);
  const deltas = new Float64Array(events.length);
  const blockSizes = new Float64Array(storages.length);
  const peakBySection: Record<Section, number> = { setup: 0, state: 0, inputs: 0, forward: 0, backward: 0, optimizer: 0, end: 0 };

  const setup = sections.find(({ section }) => section === "setup");
  for (let i = setup?.from ?? 0; i < (setup?.to ?? 0); i++) {
    const event = events[i] ?? 0;
    if (event > 0) allocate(event - 1);
    else free(-event - 1);
  }
  allocator.releaseUnused();
  for (let run = 0; run < STEPS; run++) {
    const isLast = run === STEPS - 1;
    for (const { section, from, to } of sections) {
      if (section === "setup" || section === "state") continue;
      if (run === 0) prepare(section, step, allocate);
      if (isLast) allocator.peakAllocatedBytes = Math.max(allocator.allocatedBytes, 0);
      for (let i = from; i < to; i++) {
        const event = events[i] ?? 0;
        const before = allocator.allocatedBytes;
        if (event > 0) allocate(event - 1);
        else free(-event - 1);
        if (!isLast) continue;
        deltas[i] = allocator.allocatedBytes - before;
        if (event > 0) blockSizes[event - 1] = allocator.allocatedBytes - before;
      }
      if (isLast) peakBySection[section] = allocator.peakAllocatedBytes;
      if (section === "inputs" && run > 0) for (const storage of step.gradients) free(storage.id);
    }
  }
  const lasting = new Map<Storage, number>();
  for (const storage of [...step.weights, ...step.optimizerState, ...step.workspaces]) {
    const block = blocks[storage.id] ?? -1;
    lasting.set(storage, block < 0 ? 0 : allocator.sizeOf(block));
  }
  const peakAllocatedBytes = Math.max(...Object.values(peakBySection));
  return {
    peakAllocatedBytes,
    peakReservedBytes: allocator.peakReservedBytes,
    deltas,
    peakBySection,
    lasting,
    blockBytes: (storage) => blockSizes[storage.id] ?? 0,
  };
}

/** What appears in the course of the first step and stays. */
function prepare(section: Section, step: LoweredStep, allocate: (id: number) => void): void {
  const [forwardWorkspace, backwardWorkspace] = step.workspaces;
  if (section === "forward" && forwardWorkspace !== undefined) allocate(forwardWorkspace.id);
  if (section === "backward" && backwardWorkspace !== undefined) allocate(backwardWorkspace.id);
  if (section === "optimizer") for (const storage of step.optimizerState) allocate(storage.id);
}

interface SectionRange {
  readonly section: Section;
  readonly from: number;
  readonly to: number;
}

/** The parts of the tape, in order. */
function sectionRanges(step: LoweredStep): readonly SectionRange[] {
  const { sections, events } = step.tape;
  return sections
    .map(({ section, from }, i) => ({ section, from, to: sections[i + 1]?.from ?? events.length }));
}
