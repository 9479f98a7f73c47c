import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** A text, because the program is bundled into one file, which has no other for a thread. */
const WATCH = `
  const { rmSync } = require("node:fs");
  const { workerData: { parent, folder } } = require("node:worker_threads");
  setInterval(() => {
    if (process.ppid === parent) return;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, "SIGKILL");
  }, 200);`;

/**
 * Ends this process when the one that started it has ended, however that ended, and takes its folder along. A thread sees
 * to it, since this one may be at work for seconds. `worker.mjs`, which loads nothing of ours, does the same.
 */
export function endWithParent(): void {
  const { HEADROOM_PARENT_PID: parent, HEADROOM_WORK_FOLDER: folder } = process.env;
  if (parent === undefined) return;
  new Worker(WATCH, { eval: true, workerData: { parent: Number(parent), folder } }).unref();
  // It may end by itself before the thread has looked.
  process.on("exit", () => {
    if (folder !== undefined && process.ppid !== Number(parent)) rmSync(folder, { recursive: true, force: true });
  });
}
