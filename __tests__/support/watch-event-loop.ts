/**
 * A server process that is asked for twenty validations at once and runs the first: how long anything else it is asked
 * has to wait meanwhile, in seconds, as JSON.
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { POST } from "@/app/api/v1/validations/route";
import { endValidation, readValidation } from "@/app/validations";
import type { Validation } from "@/lib/profile/validation";
import { MILLISECOND } from "@/lib/units";

const REQUEST_COUNT = 20;
const RESOLUTION_MS = 1;
/** Its models were written, predicted and run once by then. */
const PARTS_TO_SEE = 1;
const body = JSON.stringify({ plan: { model: "ViT-B-32" }, device: "cpu", batchSizes: [1], repeats: 1 });

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
// The first request loads and compiles everything.
const [warmUp] = await submit(1);
await endValidation(warmUp?.id ?? "");

delays.enable();
const posted = await submit(REQUEST_COUNT);
const [first] = posted;
for (;;) {
  const { state } = (await readValidation(first?.id ?? "")).validation;
  if (state.kind !== "queued" && state.kind !== "running") throw new Error(JSON.stringify(state));
  if (state.kind === "running" && state.progress.doneCount >= PARTS_TO_SEE) break;
  await wait(50);
}
delays.disable();
for (const { id } of posted.toReversed()) await endValidation(id);
const nanoseconds = 1e-9;
process.stdout.write(
  `${JSON.stringify({
    answers: posted.length,
    longestSeconds: delays.max * nanoseconds,
    p99Seconds: delays.percentile(99) * nanoseconds,
    resolutionSeconds: RESOLUTION_MS * MILLISECOND,
  })}\n`,
);
process.exit();

async function submit(count: number): Promise<readonly Validation[]> {
  const requests = Array.from({ length: count }, async () => {
    const headers = { Host: "127.0.0.1:3000", "Content-Type": "application/json" };
    const answer = await POST(
      new Request("http://127.0.0.1:3000/api/v1/validations", { method: "POST", headers, body }),
    );
    if (answer.status !== 202) throw new Error(await answer.text());
    // A parse boundary: the route's own tests hold it to its schema.
    return (await answer.json()) as Validation;
  });
  return Promise.all(requests);
}
