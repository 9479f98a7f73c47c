/**
 * How long one estimate takes in process, graph and timeline included, nothing cached; and one whole recommendation.
 *
 *   npm run bench                                in a process with the memory settings of the server's (scripts/serve.mjs)
 *   npm run bench -- --python .venv/bin/python   and PyTorch's own steps of the same plans, as scripts/measure takes them
 */

import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { cardOf, planStep } from "../lib/estimate/lowering";
import { estimatePlan } from "../lib/estimate/plan";
import { recommend } from "../lib/estimate/recommend";
import { type ParsedPlan, parsePlan } from "../lib/plan/parse-plan";
import { replayAllocator } from "../lib/readings/replay";
import { quantile } from "./accuracy/statistics";

interface Target {
  readonly label: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The median must stay below this. */
  readonly milliseconds: number;
}

const TARGETS: readonly Target[] = [
  { label: "ViT-B-32 full", input: { model: "ViT-B-32", precision: "amp" }, milliseconds: 3 },
  { label: "ViT-L-14 LoRA", input: { model: "ViT-L-14", strategy: { kind: "lora", rank: 8 } }, milliseconds: 10 },
  { label: "ViT-bigG-14 full", input: { model: "ViT-bigG-14", precision: "amp" }, milliseconds: 10 },
];

const TODAY = new Date().toISOString().slice(0, "2026-11-27".length);
/**
 * Until the functions have been compiled; a server stays up for days. The first thousand runs take more than twice the
 * processor time of those after the third thousand, the second still a fifth more.
 */
const WARM_UP_RUNS = 2300;
/** A shared machine is slow for seconds at a time: targets are timed in turns, so that no one meets a slow spell alone. */
const ROUNDS = 5;
const RUNS_PER_ROUND = 60;
/** Over which batch sizes plans differ; beyond, they differ in their samples. */
const BATCH_SIZES = 500;

/** Plans PyTorch runs of each target, after a first one that pays for its start, which varies by more than a second. */
const PYTORCH_PLANS = 12;

function main(): number {
  const { values } = parseArgs({ options: { python: { type: "string" } } });
  let slow = 0;
  const timings = timedInTurns(TARGETS.map(({ input }) => distinctPlans(input)));
  for (const [i, { label, input, milliseconds }] of TARGETS.entries()) {
    const of = (part: number) => quantiles(timings[i]?.[part] ?? []);
    const [whole, graph, replay] = [of(0), of(1), of(2)];
    const verdict = whole.median <= milliseconds ? "ok" : "TOO SLOW";
    if (whole.median > milliseconds) slow++;
    const parts = `graph and lowering ${graph.median.toFixed(2)}, with replay ${replay.median.toFixed(2)}`;
    process.stdout.write(
      `${label.padEnd(18)} median ${whole.median.toFixed(2)} ms, p95 ${whole.p95.toFixed(2)} ms (target ${milliseconds} ms: ${verdict}); ${parts}\n`,
    );
    if (values.python !== undefined) process.stdout.write(`${besidePyTorch(values.python, input, whole.median)}\n`);
  }
  const recommendation = timedRecommendations();
  if (recommendation > RECOMMENDATION_MILLISECONDS) slow++;
  const verdict = recommendation <= RECOMMENDATION_MILLISECONDS ? "ok" : "TOO SLOW";
  process.stdout.write(
    `Recommendation     median ${recommendation.toFixed(0)} ms, every card × 1, 2, 4, 8 (target ${RECOMMENDATION_MILLISECONDS} ms: ${verdict})\n`,
  );
  return slow === 0 ? 0 : 1;
}

const RECOMMENDATION_MILLISECONDS = 150;
const RECOMMENDATION_RUNS = 24;

/** Milliseconds of a whole recommendation, the median over plans of which no two are alike. */
function timedRecommendations(): number {
  const plans = distinctPlans({ model: "ViT-L-14", precision: "amp" }).slice(0, RECOMMENDATION_RUNS);
  const times = plans.map((plan) => {
    const start = performance.now();
    recommend(plan, { goal: "cheapest", filter: {}, today: TODAY });
    return performance.now() - start;
  });
  // The first half warms up.
  const measured = times.slice(RECOMMENDATION_RUNS / 2).sort((a, b) => a - b);
  return measured[Math.floor(measured.length / 2)] ?? Number.NaN;
}

/** No two alike, so nothing can be remembered from one to the next. */
function distinctPlans(input: Readonly<Record<string, unknown>>): ParsedPlan[] {
  return Array.from({ length: WARM_UP_RUNS + ROUNDS * RUNS_PER_ROUND }, (_, i) => {
    const own = { perDeviceBatchSize: 1 + (i % BATCH_SIZES), trainSampleCount: 1000 + i };
    const parsed = parsePlan({ gpu: "a100-sxm4-80gb", ...input, ...own });
    if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
    return parsed;
  });
}

/** The whole estimate, and its first parts. */
const PARTS: readonly ((plan: ParsedPlan) => unknown)[] = [
  (plan) => estimatePlan(plan, { today: TODAY }),
  (plan) => planStep(plan, cardOf(plan.gpu)),
  (plan) => replayAllocator(planStep(plan, cardOf(plan.gpu)).lowered, plan.plan.perDeviceBatchSize),
];

/** Milliseconds of each part on each list of plans, after both were warmed up. */
function timedInTurns(lists: readonly (readonly ParsedPlan[])[]): readonly (readonly number[][])[] {
  const timings = lists.map(() => PARTS.map((): number[] => []));
  for (const plans of lists) for (const plan of plans.slice(0, WARM_UP_RUNS)) PARTS[0]?.(plan);
  for (let round = 0; round < ROUNDS; round++) {
    const from = WARM_UP_RUNS + round * RUNS_PER_ROUND;
    lists.forEach((plans, list) => {
      PARTS.forEach((run, part) => {
        for (const plan of plans.slice(from, from + RUNS_PER_ROUND)) {
          const start = performance.now();
          run(plan);
          timings[list]?.[part]?.push(performance.now() - start);
        }
      });
    });
  }
  return timings;
}

function quantiles(times: readonly number[]): { median: number; p95: number } {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/** Three real steps of a plan, as the rows of the truth were made, against one estimate. */
function besidePyTorch(python: string, input: Readonly<Record<string, unknown>>, estimateMs: number): string {
  const first = pytorchSeconds(python, input, 1);
  const each = (pytorchSeconds(python, input, 1 + PYTORCH_PLANS) - first) / PYTORCH_PLANS;
  const ratio = Math.round((1000 * each) / estimateMs);
  return `  PyTorch: ${first.toFixed(1)} s for the first plan, ${each.toFixed(2)} s for each further one: ${ratio} × an estimate`;
}

function pytorchSeconds(python: string, input: Readonly<Record<string, unknown>>, count: number): number {
  const plans = Array.from({ length: count }, (_, i) => JSON.stringify({ ...input, perDeviceBatchSize: 8 + i }));
  const start = performance.now();
  const { status, error } = spawnSync(python, ["scripts/measure/measure_memory.py"], {
    input: `${plans.join("\n")}\n`,
    stdio: ["pipe", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`${python} could not measure: ${error?.message ?? `it ended with ${status}`}`);
  return (performance.now() - start) / 1000;
}

process.exitCode = main();
