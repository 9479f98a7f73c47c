/** What a turn on a device is called, and how a person is told of another's. */

import type { Device } from "../validation";
import type { TurnHolder } from "./device-turn";
import { gpuTurnName } from "./nvidia-smi";

/** Another card has turns of its own. */
export async function turnName(device: Device): Promise<string> {
  return device === "cpu" ? "cpu" : `cuda ${await gpuTurnName()}`;
}

/** Such as "waiting for headroom validate (process 4711, since 10:02 UTC) to end, which measures on the CPU". */
export function waitingText(holder: TurnHolder | null, device: Device): string {
  const where = device === "cpu" ? "the CPU" : "the GPU";
  if (holder === null) return `waiting for a program that does not say which it is to end, which measures on ${where}`;
  const since = holder.since.slice("2026-11-27T".length, "2026-11-27T10:02".length);
  return `waiting for ${holder.program} (process ${holder.pid}, since ${since} UTC) to end, which measures on ${where}`;
}
