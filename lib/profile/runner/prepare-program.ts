/**
 * Writes the models of one batch size beside a file that says which, and prints what they are predicted to take. A program
 * of its own: it takes up to seconds, in which a server would answer nobody.
 */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parsePlan } from "../../plan/parse-plan";
import { countedLoad } from "../load-counting";
import { STEP_COUNTS } from "../request-limits";
import { prepareModel, stepGraph } from "../step-model";
import { endWithParent } from "./end-with-parent";
import type { PrepareJob } from "./prepare-batch";

endWithParent();

const [jobFile = ""] = process.argv.slice(2);
// A parse boundary: `prepare-batch.ts` wrote it, from a request that was checked.
const { plan, device, batchSize, threadCount } = JSON.parse(readFileSync(jobFile, "utf8")) as PrepareJob;
const parsed = parsePlan(plan);
if (!parsed.ok) {
  throw new RangeError(`the plan cannot be read: ${parsed.issues.map(({ message }) => message).join("; ")}`);
}
const graph = stepGraph(parsed);
const loads: ReturnType<typeof prepareModel>["load"][] = [];
const models = STEP_COUNTS.map((stepCount) => {
  const { bytes, memory, load, nodeCount } = prepareModel(graph, parsed.plan, {
    batchSize,
    stepCount,
    device,
    threadCount,
  });
  const file = path.join(path.dirname(jobFile), `${stepCount}.onnx`);
  writeFileSync(file, bytes);
  loads.push(load);
  const { inUsePeakBytes, requestedPeakBytes, arenaBytes } = memory;
  const taken = { inUsePeakBytes, requestedPeakBytes, arenaBytes };
  return { stepCount, file, nodeCount, modelBytes: bytes.byteLength, memory: taken };
});
process.stdout.write(`${JSON.stringify({ models, load: countedLoad(loads, device) })}\n`);
