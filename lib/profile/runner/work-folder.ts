import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { errorCode } from "./error-code";

const PREFIX = "headroom-validation-";

/**
 * Gives `work` a folder of its own for temporary files, which is gone when it ends, whatever happened.
 * Folders that a process left behind when it was killed are removed first.
 */
export async function withWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await removeAbandoned();
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    // A process that was just killed may still be writing its last file.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, owner] = name.match(new RegExp(`^${PREFIX}(\\d+)-`)) ?? [];
    if (owner === undefined || isAlive(Number(owner))) continue;
    await rm(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Whether a process of this machine has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return errorCode(error) === "EPERM";
  }
}
