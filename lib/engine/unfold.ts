import type { RowPlace } from "../graph/ir";
import type { SectionStart, Storage, Tape, WholeTape } from "./tape";

/** The whole step, and where in it the blocks of memory lie that a recording knows. */
export interface Unfolded {
  readonly tape: WholeTape;
  /** Numbers of the blocks that storages stand for, in the order of the modules. */
  readonly numbersOf: (storages: readonly Storage[]) => number[];
}

/**
 * Lays out a recording in full. What happens in a module that stands for several happens once for each: what it touches
 * of its own is its own each time, and what it touches of the module before or after it in the row is that of the copy
 * before or after, except at the ends, where the neighbours were recorded themselves.
 */
export function unfold(recorded: Tape): Unfolded {
  return new Unfolding(recorded).run();
}

/**
 * A list that follows the order of modules, in full: what lies in a module that stands for several is repeated module
 * by module.
 */
export function inFull<T>(items: readonly T[], placeOf: (item: T) => RowPlace | null): T[] {
  return copiesInFull(items, placeOf, (item) => item);
}

/** @param take what stands for one copy of an item */
function copiesInFull<T, U>(
  items: readonly T[],
  placeOf: (item: T) => RowPlace | null,
  take: (item: T, copy: number) => U,
): U[] {
  const full: U[] = [];
  for (let from = 0; from < items.length; ) {
    const to = endOfTurn(items, from, placeOf);
    const first = items[from];
    const copies = first === undefined ? 0 : (placeOf(first)?.count ?? 1);
    for (let copy = 0; copy < copies; copy++) {
      for (let i = from; i < to; i++) full.push(take(items[i] as T, copy)); // from ≤ i < to ≤ length
    }
    from = to;
  }
  return full;
}

function endOfTurn<T>(items: readonly T[], from: number, placeOf: (item: T) => RowPlace | null): number {
  const first = items[from];
  const place = first === undefined ? null : placeOf(first);
  let to = from + 1;
  for (; to < items.length; to++) {
    const item = items[to];
    if (item === undefined || placeOf(item) !== place) break;
  }
  return to;
}

/** Consecutive events of one module. */
interface Turn {
  readonly place: RowPlace | null;
  readonly from: number;
  readonly to: number;
}

class Unfolding {
  /** By storage: where the numbers of its copies begin in `numbers`. */
  private readonly firstCopy: Int32Array;
  private readonly numbers: Int32Array;
  /** By storage: what it corresponds to in another module of its row is made in the same section, in the same place of the order. */
  private readonly section: Int32Array;
  private readonly ordinal: Int32Array;
  private readonly made = new Map<RowPlace, number[][]>();
  // By recorded event: whether its storage, and its operation, lie in the module whose turn it is.
  private readonly hasOwnStorage: Uint8Array;
  private readonly hasOwnOperation: Uint8Array;
  private readonly storageOf: Int32Array;
  private readonly events: Int32Array;
  private readonly eventOperation: Int32Array;
  private readonly eventCopy: Int32Array;
  private eventCount = 0;
  private blockCount = 0;

  constructor(private readonly recorded: Tape) {
    const { storages, events, eventPlace, eventOperation, operations } = recorded;
    this.firstCopy = new Int32Array(storages.length);
    this.section = new Int32Array(storages.length);
    this.ordinal = new Int32Array(storages.length);
    let blocks = 0;
    for (let i = 0; i < storages.length; i++) {
      this.firstCopy[i] = blocks;
      blocks += storages[i]?.rowPlace?.count ?? 1;
    }
    this.hasOwnStorage = new Uint8Array(events.length);
    this.hasOwnOperation = new Uint8Array(events.length);
    let total = 0;
    for (let i = 0; i < events.length; i++) {
      const place = eventPlace[i] ?? null;
      total += place?.count ?? 1;
      if (storages[Math.abs(events[i] ?? 0) - 1]?.rowPlace === place) this.hasOwnStorage[i] = 1;
      if (operations[eventOperation[i] ?? 0]?.scope.place === place) this.hasOwnOperation[i] = 1;
    }
    this.numbers = new Int32Array(blocks);
    this.storageOf = new Int32Array(blocks);
    this.events = new Int32Array(total);
    this.eventOperation = new Int32Array(total);
    this.eventCopy = new Int32Array(total);
  }

  run(): Unfolded {
    this.rankWhatIsMade();
    const { recorded } = this;
    const sections: SectionStart[] = [];
    recorded.sections.forEach(({ section, from }, i) => {
      sections.push({ section, from: this.eventCount });
      const turns = this.turns(from, recorded.sections[i + 1]?.from ?? recorded.events.length);
      turns.forEach((turn, at) => {
        this.take(turn, isDescending(turns, at));
      });
    });
    const { storages, operations } = recorded;
    const { storageOf, events, eventOperation, eventCopy } = this;
    return {
      tape: { storages, storageOf, events, eventOperation, operations, eventCopy, sections },
      numbersOf: (list) => copiesInFull(list, placeOfStorage, ({ id }, copy) => this.numberOf(id, copy)),
    };
  }

  private rankWhatIsMade(): void {
    const { events, storages, sections } = this.recorded;
    let section = 0;
    let latest: { place: RowPlace; section: number; made: number[] } | null = null;
    for (let i = 0; i < events.length; i++) {
      while ((sections[section]?.from ?? Number.POSITIVE_INFINITY) <= i) section++;
      const id = (events[i] ?? 0) - 1;
      if (id < 0) continue;
      const place = storages[id]?.rowPlace ?? null;
      if (place === null) continue;
      if (latest === null || latest.place !== place || latest.section !== section)
        latest = { place, section, made: this.madeIn(place, section) };
      this.section[id] = section;
      this.ordinal[id] = latest.made.push(id) - 1;
    }
  }

  private madeIn(place: RowPlace, section: number): number[] {
    const bySection = this.made.get(place) ?? [];
    this.made.set(place, bySection);
    const made = bySection[section] ?? [];
    bySection[section] = made;
    return made;
  }

  private turns(from: number, end: number): Turn[] {
    const { eventPlace } = this.recorded;
    const turns: Turn[] = [];
    for (let start = from; start < end; ) {
      const place = eventPlace[start] ?? null;
      let to = start + 1;
      while (to < end && eventPlace[to] === place) to++;
      turns.push({ place, from: start, to });
      start = to;
    }
    return turns;
  }

  private take({ place, from, to }: Turn, isBackwards: boolean): void {
    const count = place?.count ?? 1;
    for (let turn = 0; turn < count; turn++) {
      const copy = isBackwards ? count - 1 - turn : turn;
      for (let i = from; i < to; i++) this.takeEvent(i, place, copy);
    }
  }

  private takeEvent(index: number, place: RowPlace | null, copy: number): void {
    const { events, eventOperation } = this.recorded;
    const event = events[index] ?? 0;
    const id = Math.abs(event) - 1;
    let number: number;
    if (event > 0) {
      number = this.blockCount++;
      this.storageOf[number] = id;
      this.numbers[(this.firstCopy[id] ?? 0) + copy] = number;
    } else {
      number = this.hasOwnStorage[index] === 1 ? this.numberOf(id, copy) : this.numberSeenFrom(id, place, copy);
    }
    this.events[this.eventCount] = event > 0 ? number + 1 : -(number + 1);
    this.eventOperation[this.eventCount] = eventOperation[index] ?? 0;
    if (this.hasOwnOperation[index] === 1) this.eventCopy[this.eventCount] = copy;
    this.eventCount++;
  }

  /** The block that a copy of a module means by a storage that is not its own: mostly its neighbour's. */
  private numberSeenFrom(id: number, place: RowPlace | null, copy: number): number {
    const home = this.recorded.storages[id]?.rowPlace ?? null;
    if (place !== null && place.count > 1 && home?.row === place.row) {
      const other = copy + (home.index < place.index ? -1 : 1);
      if (other >= 0 && other < place.count) return this.numberOf(this.counterpart(id, place), other);
    }
    // Seen from outside: from behind a row it is the last of it, from before it the first.
    const isLast = home !== null && place?.row === home.row && place.index > home.index;
    return this.numberOf(id, isLast ? home.count - 1 : 0);
  }

  private counterpart(id: number, place: RowPlace): number {
    const found = this.made.get(place)?.[this.section[id] ?? 0]?.[this.ordinal[id] ?? 0];
    if (found === undefined)
      throw new Error(`${this.recorded.storages[id]?.what} has no counterpart in ${place.row.path}.${place.index}`);
    return found;
  }

  private numberOf(id: number, copy: number): number {
    return this.numbers[(this.firstCopy[id] ?? 0) + copy] ?? 0;
  }
}

const placeOfStorage = (storage: Storage) => storage.rowPlace;

/** Whether a row is gone through from its end: by the last or the next turn in another module of it. */
function isDescending(turns: readonly Turn[], at: number): boolean {
  const own = turns[at]?.place ?? null;
  if (own === null || own.count === 1) return false;
  const isNeighbour = ({ place }: Turn) => place !== null && place !== own && place.row === own.row;
  const before = turns.slice(0, at).findLast(isNeighbour)?.place;
  if (before !== undefined && before !== null) return before.index > own.index;
  const after = turns.slice(at).find(isNeighbour)?.place;
  return after !== undefined && after !== null && after.index < own.index;
}
