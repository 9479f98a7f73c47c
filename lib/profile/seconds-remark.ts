import { formatPercent } from "../format";
import type { GpuUser, StepSeconds } from "./validation";

/** More of the CPU than this in other hands shows in the seconds of a step. */
export const CALM_FRACTION = 0.1;
const SHORTEST_WATCHED_SECONDS = 1;

/** What a reader must know of the seconds of a row, or null. */
export function remarkOnSeconds(
  seconds: StepSeconds,
  share: number | null,
  gpuUsers: readonly GpuUser[] = [],
): string | null {
  const unknown = seconds.kind === "measured" ? [] : [`Seconds are not known: ${seconds.why}.`];
  const isDisturbed = share !== null && share > CALM_FRACTION;
  const disturbed = isDisturbed ? [`Other programs took ${formatPercent(share)} of the CPU while it was timed.`] : [];
  const names = gpuUsers.map(({ name, pid }) => `${name} (${pid})`).join(", ");
  const shared = gpuUsers.length > 0 ? [`Others used the GPU meanwhile: ${names}.`] : [];
  const remarks = [...unknown, ...disturbed, ...shared];
  return remarks.length === 0 ? null : remarks.join(" ");
}

interface Disturbance {
  readonly runSeconds: readonly number[];
  /** Of all cores, what other processes took during each of them. */
  readonly othersFractions: readonly number[];
}

/** What others took of the CPU over all timed runs; null for runs too short for a clock that ticks every 10 ms. */
export function othersShare(disturbances: readonly Disturbance[]): number | null {
  let [seconds, othersSeconds] = [0, 0];
  for (const { runSeconds, othersFractions } of disturbances) {
    for (const [index, taken] of runSeconds.entries()) {
      seconds += taken;
      othersSeconds += taken * (othersFractions[index] ?? 0);
    }
  }
  return seconds < SHORTEST_WATCHED_SECONDS ? null : othersSeconds / seconds;
}
