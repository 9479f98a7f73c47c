/**
 * Measures `POST /api/v1/estimates` on the built server: ten connections, every plan another one, the load generator on
 * the same machine. Fails when a target is missed.
 *
 *   npm run bench:http -- [seconds]
 */

import autocannon from "autocannon";
import { formatCount } from "../lib/format";
import type { LoraTarget, Precision, Strategy } from "../lib/plan/plan";
import { KB } from "../lib/units";
import { startBuiltServer } from "./built-server";

const CONNECTIONS = 10;
const TARGETS = { requestsPerSecond: 300, latencyP99Ms: 80, answerBytes: 50 * KB } as const;
/** Until the estimator has been compiled in every process, some 4,000 answers each; a server stays up for days. */
const WARM_UP_SECONDS = 20;

const MODELS = ["ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336", "RN50", "RN101", "ViT-H-14", "ViT-B-16-SigLIP"];
const PRECISIONS: readonly Precision[] = ["fp32", "amp", "amp_bf16"];
const LORA_TARGETS: readonly LoraTarget[] = ["q_proj", "v_proj"];
const STRATEGIES: readonly Strategy[] = [
  { kind: "full" },
  { kind: "lora", rank: 8, targets: LORA_TARGETS },
  { kind: "partial", unlockedBlocks: 2 },
  { kind: "linear_probe" },
  { kind: "prompt", contextTokens: 8 },
];

/** No two of the first 25 million are alike, and neighbours differ in everything. */
function planAt(index: number) {
  return {
    model: at(MODELS, index),
    strategy: at(STRATEGIES, Math.floor(index / 3)),
    precision: at(PRECISIONS, Math.floor(index / 7)),
    gradCheckpointing: index % 11 === 0,
    perDeviceBatchSize: 1 + (index % 509),
    trainSampleCount: 1000 + index,
    gpu: "rtx-4090",
  };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError("a list to choose from is empty");
  return item;
}

const seconds = Number(process.argv[2] ?? 10);
if (!(seconds >= 1 && seconds <= 600))
  throw new RangeError(`seconds must be within 1..600, received ${process.argv[2]}`);

const server = await startBuiltServer();
try {
  await load(WARM_UP_SECONDS, 0);
  const measured = await load(seconds, 1_000_000);
  report(measured);
} finally {
  server.stop();
}

interface Measured {
  readonly result: autocannon.Result;
  readonly answerBytesLargest: number;
}

function load(duration: number, firstPlan: number): Promise<Measured> {
  let next = firstPlan;
  let answerBytesLargest = 0;
  return new Promise((resolve, reject) => {
    const run = autocannon(
      {
        url: `${server.url}/api/v1/estimates`,
        method: "POST",
        headers: { "Content-Type": "application/json" },
        connections: CONNECTIONS,
        duration,
        requests: [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(planAt(next++)) }) }],
      },
      (error, result) =>
        error === null || error === undefined ? resolve({ result, answerBytesLargest }) : reject(error),
    );
    run.on("response", (_client, _status, bytes) => {
      answerBytesLargest = Math.max(answerBytesLargest, bytes);
    });
  });
}

function report({ result, answerBytesLargest }: Measured): void {
  const { requests, latency, non2xx, errors, timeouts } = result;
  const rows: readonly (readonly [string, string, boolean])[] = [
    [
      "answers per second",
      `${requests.average.toFixed(0)} (target ≥ ${TARGETS.requestsPerSecond})`,
      requests.average >= TARGETS.requestsPerSecond,
    ],
    ["latency p50", `${latency.p50} ms`, true],
    ["latency p99", `${latency.p99} ms (target ≤ ${TARGETS.latencyP99Ms})`, latency.p99 <= TARGETS.latencyP99Ms],
    [
      "largest answer, headers included",
      `${formatCount(answerBytesLargest)} bytes (target ≤ ${formatCount(TARGETS.answerBytes)})`,
      answerBytesLargest > 0 && answerBytesLargest <= TARGETS.answerBytes,
    ],
    ["refused or failed", String(non2xx + errors + timeouts), non2xx + errors + timeouts === 0],
  ];
  for (const [name, value, held] of rows)
    process.stdout.write(`${held ? "ok  " : "MISS"}  ${name.padEnd(34)}${value}\n`);
  if (rows.some(([, , held]) => !held)) process.exitCode = 1;
}
