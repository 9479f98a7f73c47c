/**
 * Predicts what the models of batch sizes take, one after the other, for as long as somebody asks. The first line of its
 * input says of which plan, each further one a batch size; each is answered by a line. It ends with its input, so with
 * whoever started it.
 */

import { createInterface } from "node:readline";
import { parsePlan } from "../../plan/parse-plan";
import { STEP_COUNTS } from "../request-limits";
import { expectedModel, stepGraph } from "../step-model";
import type { ExpectedFigures, ExpectJob } from "./expect-batches";

let answer: ((batchSize: number) => readonly ExpectedFigures[]) | null = null;
for await (const line of createInterface({ input: process.stdin })) {
  // A parse boundary: `expect-batches.ts` wrote both.
  if (answer === null) answer = answersFor(JSON.parse(line) as ExpectJob);
  else process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as number))}\n`);
}

function answersFor({ plan, device, threadCount }: ExpectJob): (batchSize: number) => readonly ExpectedFigures[] {
  const parsed = parsePlan(plan);
  if (!parsed.ok) throw new RangeError(`the plan cannot be read: ${JSON.stringify(parsed.issues)}`);
  const graph = stepGraph(parsed);
  return (batchSize) =>
    STEP_COUNTS.map((stepCount) => {
      const how = { batchSize, stepCount, device, threadCount };
      const { nodeCount, memory, load } = expectedModel(graph, parsed.plan, how);
      const { inUsePeakBytes, requestedPeakBytes, arenaBytes } = memory;
      return { nodeCount, memory: { inUsePeakBytes, requestedPeakBytes, arenaBytes }, load };
    });
}
