import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
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
  for (const folder of await abandonedFolders()) await rm(folder, { recursive: true, force: true });
}

/** A process whose owner was killed removes its folder and ends; longer than this none takes to notice. */
const NOTICE_MS = 1_000;
const LOOK_MS = 50;

/** Waits for what killed processes have left running. What is still there then was killed with them: only files are left. */
export async function abandonedEnded(): Promise<void> {
  for (let waitedMs = 0; waitedMs < NOTICE_MS && (await abandonedFolders()).length > 0; waitedMs += LOOK_MS) {
    await wait(LOOK_MS);
  }
}

/** Those of processes that are no more. */
async function abandonedFolders(): Promise<readonly string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => isAbandoned(name)).map((name) => path.join(tmpdir(), name));
}

function isAbandoned(name: string): boolean {
  const [, owner] = name.match(new RegExp(`^${PREFIX}(\\d+)-`)) ?? [];
  return owner !== undefined && !isAlive(Number(owner));
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
