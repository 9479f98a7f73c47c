/** Starts a model that runs for long, says which process runs it and where, and waits to be killed. */

import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { runWorker } from "../../lib/profile/runner/run-worker";
import { longModel } from "./small-models";

let isTold = false;
await runWorker(longModel(), {
  signal: new AbortController().signal,
  seconds: 60,
  residentBytes: Number.POSITIVE_INFINITY,
  reserveBytes: 0,
  onSample(pid) {
    if (isTold) return;
    isTold = true;
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${process.pid}-`));
    process.stdout.write(`${JSON.stringify({ pid, folders })}\n`);
  },
});
