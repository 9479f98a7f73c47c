/** A server process that previews a check, and how long anything else it is asked has to wait meanwhile, as JSON. */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { previewCheck } from "@/app/check-preview";

const question = { plan: { model: "ViT-B-32", strategy: { kind: "lora" } }, device: "cpu" };
// The first one loads and compiles everything.
await previewCheck(question, { predicts: false });
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
const before = performance.now();
const preview = await previewCheck(question, { predicts: true });
const seconds = (performance.now() - before) / 1000;
delays.disable();
process.stdout.write(`${JSON.stringify({ preview, seconds, longestSeconds: delays.max / 1e9 })}\n`);
process.exit();
