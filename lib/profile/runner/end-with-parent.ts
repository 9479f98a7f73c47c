import { Worker } from "node:worker_threads";

/** Such as this program's source file, which a thread cannot load: the thread's own program is therefore a text. */
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
}
