/** Watches what a process takes of the GPU, as a measurement does, and prints what was found. */

import { setTimeout as wait } from "node:timers/promises";
import { watchGpu } from "../../lib/profile/runner/gpu-watch";

const OWN_PID = 4711;
const watch = await watchGpu();
for (let i = 0; i < 10; i++) {
  watch.sample(OWN_PID);
  await wait(20);
}
await watch.lookForOthers();
process.stdout.write(JSON.stringify({ result: watch.result(), others: watch.others() }));
