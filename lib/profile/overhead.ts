import { median, reachOfNineInTen } from "./statistics";
import type { Device, Prediction, ValidationRow } from "./validation";

/** Bytes beside the runtime's arena: of a card its context and libraries, on a CPU the rest of the process. */
export interface OverheadBytes {
  readonly low: number;
  readonly median: number;
  readonly high: number;
  readonly measurementCount: number;
  /** Of the logarithm of the next that is measured, and how many measurements that was seen on. */
  readonly deviation: number;
  readonly freedom: number;
}

/** What overheads of one device differ by, as a logarithm, until several were measured: larger models load more. */
const ASSUMED_DEVIATION = 0.3;
const ASSUMED_FREEDOM = 2;

/** @returns null where none was measured */
export function overheadOf(rows: readonly ValidationRow[], device: Device): OverheadBytes | null {
  const bytes = rows.flatMap(({ measured: { deviceBytes, residentPeakBytes, arenaBytes } }) => {
    const whole = device === "cuda" ? deviceBytes : residentPeakBytes;
    const isMeasured = whole.kind === "measured" && arenaBytes.kind === "measured";
    return isMeasured && whole.value > arenaBytes.value ? [whole.value - arenaBytes.value] : [];
  });
  if (bytes.length === 0) return null;
  const middle = median(bytes);
  const squares = bytes.reduce((sum, each) => sum + Math.log(each / middle) ** 2, 0);
  const freedom = ASSUMED_FREEDOM + bytes.length - 1;
  const variance = (ASSUMED_FREEDOM * ASSUMED_DEVIATION ** 2 + squares) / freedom;
  return {
    low: Math.min(...bytes),
    median: middle,
    high: Math.max(...bytes),
    measurementCount: bytes.length,
    deviation: Math.sqrt(variance * (1 + 1 / bytes.length)),
    freedom,
  };
}

/** What the whole takes whose arena takes so much. */
export function withOverhead(arenaBytes: number, { median: middle, deviation, freedom }: OverheadBytes): Prediction {
  const spread = Math.exp(deviation * reachOfNineInTen(freedom));
  return {
    kind: "predicted",
    value: arenaBytes + middle,
    low: arenaBytes + middle / spread,
    high: arenaBytes + middle * spread,
  };
}
