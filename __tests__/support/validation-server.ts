/** A process that shares the queue, as a worker of a server does: runs what waits until it is killed. */

import { setTimeout } from "node:timers/promises";
import { ValidationQueue } from "../../lib/profile/runner/validation-queue";
import { validationQueueStore } from "../../lib/store/validations";

const queue = new ValidationQueue({
  host: process.argv[2] ?? "test",
  store: validationQueueStore,
  earlier: async () => [],
  onError: (error) => {
    process.stderr.write(`${String(error)}\n`);
  },
});
process.stdout.write("ready\n");
for (;;) {
  queue.wake();
  await setTimeout(50);
}
