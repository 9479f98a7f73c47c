/** Fits the constants of `lib/engine/onnxruntime/runtime-efficiencies.ts` to kernels timed alone: `node scripts/run.mjs scripts/fit/onnxruntime-kernels.ts`. */

import { type NodeKind, type NodeWork, workOf } from "../../lib/engine/onnxruntime/node-work";
import { CPU_EFFICIENCIES, CPU_RATES } from "../../lib/engine/onnxruntime/runtime-efficiencies";
import {
  nodeLoad,
  type RuntimeEfficiencies,
  type RuntimeRates,
  secondsOf,
} from "../../lib/engine/onnxruntime/step-load";
import { readKernelRows } from "../accuracy/onnxruntime-kernels";
import { summarize } from "../accuracy/statistics";
import { minimize } from "../accuracy/time/coordinate-descent";

interface Sample {
  readonly work: NodeWork;
  readonly seconds: number;
  /** Seconds of all kernels alike in their step. */
  readonly weight: number;
}

interface Constants {
  readonly efficiencies: RuntimeEfficiencies;
  readonly rates: RuntimeRates;
}

const SIGNIFICANT_DIGITS = 3;

function main(): void {
  const samples: Sample[] = readKernelRows().flatMap(({ node, seconds, count }) => {
    const work = workOf(node);
    return work === null ? [] : [{ work, seconds, weight: count * seconds }];
  });
  const fitted = nested(
    minimize(flattened({ efficiencies: CPU_EFFICIENCIES, rates: CPU_RATES }), largestOf, costOf(samples)),
  );
  print("all", samples, fitted);
  for (const kind of new Set(samples.map(({ work }) => work.kind))) {
    print(
      kind,
      samples.filter(({ work }) => work.kind === kind),
      fitted,
    );
  }
  process.stdout.write(`${JSON.stringify(fitted, (_, value) => rounded(value), 2)}\n`);
}

/** Mean absolute logarithm of modelled over measured, each kernel weighing as much as the seconds that its like take. */
function costOf(samples: readonly Sample[]) {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  return (flat: Flat): number => {
    const constants = nested(flat);
    const sum = samples.reduce(
      (cost, { work, seconds, weight }) => cost + weight * Math.abs(Math.log(modelled(work, constants) / seconds)),
      0,
    );
    return sum / total;
  };
}

function modelled(work: NodeWork, { efficiencies, rates }: Constants): number {
  return secondsOf(nodeLoad(work, efficiencies), rates);
}

type Flat = Readonly<Record<string, number>>;

/** The costs that define the rates: a large product's FLOP and a byte in cache are worth one. */
const FIXED: ReadonlySet<string> = new Set(["flopCost.product", "byteCost.stream"]);

function flattened({ efficiencies, rates }: Constants): Record<string, number> {
  const flat: Record<string, number> = { ...rates };
  for (const table of ["flopCost", "elementCost", "byteCost"] as const) {
    for (const [kind, cost] of Object.entries(efficiencies[table])) {
      if (!FIXED.has(`${table}.${kind}`)) flat[`${table}.${kind}`] = cost;
    }
  }
  const { halfLength, cacheBytes, beyondCache } = efficiencies;
  return { ...flat, halfLength, cacheBytes, beyondCache };
}

function nested(flat: Flat): Constants {
  const at = (name: string) => {
    const value = flat[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return value;
  };
  const table = (name: "flopCost" | "elementCost" | "byteCost") => {
    const costs: Partial<Record<NodeKind, number>> = {};
    // The kinds of the table that is fitted.
    for (const kind of Object.keys(CPU_EFFICIENCIES[name]) as NodeKind[]) {
      costs[kind] = FIXED.has(`${name}.${kind}`) ? 1 : at(`${name}.${kind}`);
    }
    return costs;
  };
  return {
    efficiencies: {
      flopCost: table("flopCost"),
      elementCost: table("elementCost"),
      byteCost: table("byteCost"),
      halfLength: at("halfLength"),
      cacheBytes: at("cacheBytes"),
      beyondCache: at("beyondCache"),
      isQueued: false,
    },
    rates: {
      flopsPerSecond: at("flopsPerSecond"),
      memoryBytesPerSecond: at("memoryBytesPerSecond"),
      secondsPerNode: at("secondsPerNode"),
    },
  };
}

function largestOf(): number {
  return Number.POSITIVE_INFINITY;
}

function print(name: string, samples: readonly Sample[], constants: Constants): void {
  const { count, median, p90 } = summarize(samples.map(({ work, seconds }) => modelled(work, constants) / seconds - 1));
  const measured = samples.reduce((sum, { weight }) => sum + weight, 0);
  const sum = samples.reduce(
    (total, { work, seconds, weight }) => total + (weight / seconds) * modelled(work, constants),
    0,
  );
  const percent = (value: number) => `${(value * 100).toFixed(1).padStart(6)} %`;
  process.stdout.write(
    `${name.padEnd(24)} n ${String(count).padStart(5)}  seconds ${measured.toFixed(3)}  median ${percent(median)}  p90 ${percent(p90)}  sum off by ${percent(sum / measured - 1)}\n`,
  );
}

function rounded(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : value;
}

main();
