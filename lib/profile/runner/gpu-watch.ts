import type { GpuUser, Measurement } from "../validation";
import { readGpuUsers, readUsedBytes } from "./nvidia-smi";

export interface GpuWatch {
  /** Asks the driver, unless it is still answering. */
  sample(pid: number): void;
  /** The most that it counted to the process. */
  result(): Measurement;
  /** Says that a process is one of ours without asking the driver, which would disturb what is on the clock. */
  expect(pid: number): void;
  /** Asks who is there besides. */
  lookForOthers(): Promise<void>;
  /** Whoever else was there; null where the driver never said. */
  others(): readonly GpuUser[] | null;
}

/**
 * Watches what the driver says a process takes of the GPU. Within a container the driver often lists no processes; then the
 * growth of what is taken counts, provided that nobody else was listed.
 */
export async function watchGpu(): Promise<GpuWatch> {
  const usedBefore = await readUsedBytes();
  let isAsking = false;
  let [ofProcess, used]: (number | null)[] = [null, null];
  const ours = new Set<number>();
  let others: Map<number, GpuUser> | null = null;

  async function askWho(): Promise<readonly GpuUser[] | null> {
    const users = await readGpuUsers();
    if (users === null) return null;
    others ??= new Map();
    // The driver lists a process for a moment after it has ended.
    for (const user of users) if (!ours.has(user.pid)) others.set(user.pid, user);
    return users;
  }

  async function ask(pid: number): Promise<void> {
    const users = await askWho();
    const own = users?.find((user) => user.pid === pid);
    if (own !== undefined && own.usedBytes !== null) ofProcess = Math.max(ofProcess ?? 0, own.usedBytes);
    const now = await readUsedBytes();
    if (now !== null) used = Math.max(used ?? 0, now);
  }

  return {
    sample(pid) {
      ours.add(pid);
      if (isAsking) return;
      isAsking = true;
      void ask(pid).finally(() => {
        isAsking = false;
      });
    },
    result() {
      if (ofProcess !== null) return { kind: "measured", value: ofProcess };
      if (used === null || usedBefore === null) return { kind: "not_measured", why: "nvidia-smi gave no figure" };
      if ((others?.size ?? 0) > 0)
        return { kind: "not_measured", why: "nvidia-smi does not tell this process from the others" };
      if (used <= usedBefore) return { kind: "not_measured", why: "the GPU's used memory did not grow" };
      return { kind: "measured", value: used - usedBefore };
    },
    expect(pid) {
      ours.add(pid);
    },
    async lookForOthers() {
      await askWho();
    },
    others: () => (others === null ? null : [...others.values()]),
  };
}
