import type { Measurement } from "../validation";
import { readGpuUsers, readUsedBytes } from "./nvidia-smi";

export interface GpuWatch {
  /** Asks the driver, unless it is still answering. */
  sample(pid: number): void;
  /** The most that it counted to the process. */
  result(): Measurement;
}

/**
 * Watches what the driver says a process takes of the GPU. Within a container the driver often lists no processes; then the
 * growth of what is taken counts, provided that nobody else was listed.
 */
export async function watchGpu(): Promise<GpuWatch> {
  const usedBefore = await readUsedBytes();
  let isAsking = false;
  let [ofProcess, used]: (number | null)[] = [null, null];
  let hasOthers = false;

  async function ask(pid: number): Promise<void> {
    const users = await readGpuUsers();
    const own = users?.find((user) => user.pid === pid);
    if (own !== undefined && own.usedBytes !== null) ofProcess = Math.max(ofProcess ?? 0, own.usedBytes);
    hasOthers ||= users?.some((user) => user.pid !== pid) ?? false;
    const now = await readUsedBytes();
    if (now !== null) used = Math.max(used ?? 0, now);
  }

  return {
    sample(pid) {
      if (isAsking) return;
      isAsking = true;
      void ask(pid).finally(() => {
        isAsking = false;
      });
    },
    result() {
      if (ofProcess !== null) return { kind: "measured", value: ofProcess };
      if (used === null || usedBefore === null) return { kind: "not_measured", why: "nvidia-smi gave no figure" };
      if (hasOthers) return { kind: "not_measured", why: "nvidia-smi does not tell this process from the others" };
      if (used <= usedBefore) return { kind: "not_measured", why: "the GPU's used memory did not grow" };
      return { kind: "measured", value: used - usedBefore };
    },
  };
}
