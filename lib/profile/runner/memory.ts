import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { promisify } from "node:util";
import { KIB } from "../../units";

/** Bytes that a process could still get on this machine, within the limits of a container if it runs in one. */
export function availableBytes(): number {
  // Since Node 20.13; before, the machine's own figure.
  return typeof process.availableMemory === "function" ? process.availableMemory() : freemem();
}

/** Bytes of the machine, or of the container where that has less. */
export function totalBytes(): number {
  const limit = typeof process.constrainedMemory === "function" ? process.constrainedMemory() : 0;
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Physical memory of a process in bytes; null where it has ended or the system does not say. */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    if (process.platform === "linux") {
      const [, kibibytes] = (await readFile(`/proc/${pid}/status`, "utf8")).match(/^VmRSS:\s+(\d+) kB$/m) ?? [];
      return kibibytes === undefined ? null : Number(kibibytes) * KIB;
    }
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
    const kibibytes = Number(stdout.trim());
    return stdout.trim() !== "" && Number.isFinite(kibibytes) ? kibibytes * KIB : null;
  } catch {
    return null;
  }
}
