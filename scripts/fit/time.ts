/** Fits the constants of `lib/catalogue/kernel-efficiencies.ts` to what was measured: `node scripts/run.mjs scripts/fit/time.ts`. */

import { KERNEL_EFFICIENCIES } from "../../lib/catalogue/kernel-efficiencies";
import type { KernelEfficiencies } from "../../lib/readings/roofline";
import { summarize } from "../accuracy/statistics";
import { compareTimes } from "../accuracy/time/comparisons";
import { minimize } from "../accuracy/time/coordinate-descent";
import { measuredDeviceSeconds, readMeasuredKernels, readMeasuredSteps } from "../accuracy/time/h100-rows";
import { measuredWork, modelledKernel, modelledStep } from "../accuracy/time/h100-work";
import { timeReport } from "../accuracy/time/time-report";
import type { Role } from "../accuracy/truth-rows";

/** A measurement and what the model says of it with given constants. */
interface Sample {
  readonly role: Role;
  readonly group: string;
  readonly measured: number;
  readonly modelled: (efficiencies: KernelEfficiencies) => number;
}

/** Steps count as much as all kernels that were timed alone: a step is what is estimated, a kernel says why. */
const KERNEL_WEIGHT = 0.25;
const SIGNIFICANT_DIGITS = 3;

function main(): void {
  const samples = [...stepSamples(), ...kernelSamples()];
  const fitted = leastErrors(samples.filter(({ role }) => role === "fit"));
  for (const role of ["fit", "check"] as const) {
    for (const group of new Set(samples.map((sample) => sample.group))) {
      const errors = samples
        .filter((sample) => sample.role === role && sample.group === group)
        .map(({ measured, modelled }) => modelled(fitted) / measured - 1);
      if (errors.length > 0) print(`${role} ${group}`, errors);
    }
  }
  const compared = compareTimes();
  const { interval, pace } = timeReport(compared);
  const others = {
    eras: compared.fittedEras,
    pace,
    TIME_ERROR_LOW: interval.fittedLow,
    TIME_ERROR_HIGH: interval.fittedHigh,
  };
  for (const constants of [fitted, others]) {
    process.stdout.write(`${JSON.stringify(constants, (_, value) => rounded(value), 2)}\n`);
  }
}

function stepSamples(): Sample[] {
  return readMeasuredSteps().flatMap((step) => {
    const measured = measuredDeviceSeconds(step);
    if (measured === null) return [];
    const work = measuredWork(step);
    return [
      { role: step.role, group: "step", measured, modelled: (constants) => modelledStep(work, constants).seconds },
    ];
  });
}

function kernelSamples(): Sample[] {
  return readMeasuredKernels().flatMap((kernel) => {
    const modelled = (constants: KernelEfficiencies) => modelledKernel(kernel, constants) ?? 0;
    if (modelledKernel(kernel, KERNEL_EFFICIENCIES) === null) return [];
    const group = kernel.kind === "product" ? `product ${kernel.dtype}` : kernel.name;
    return [{ role: kernel.role, group, measured: kernel.seconds, modelled }];
  });
}

/** Least mean absolute logarithm of modelled over measured: twice too slow and twice too fast weigh the same. */
function leastErrors(samples: readonly Sample[]): KernelEfficiencies {
  const isStep = ({ group }: Sample) => group === "step";
  const isProduct = ({ group }: Sample) => group.startsWith("product");
  const steps = samples.filter(isStep);
  const products = samples.filter(isProduct);
  const streams = samples.filter((sample) => !isStep(sample) && !isProduct(sample));
  const meanOf = (part: readonly Sample[], constants: KernelEfficiencies) =>
    part.reduce((sum, { measured, modelled }) => sum + Math.abs(Math.log(modelled(constants) / measured)), 0) /
    part.length;
  const cost = (flat: Flat) => {
    const constants = nested(flat);
    return meanOf(steps, constants) + KERNEL_WEIGHT * (meanOf(products, constants) + meanOf(streams, constants));
  };
  return nested(minimize(flattened(KERNEL_EFFICIENCIES), largestOf, cost));
}

type Name =
  | `bytesPerCycle.${keyof KernelEfficiencies["bytesPerCycle"]}`
  | Exclude<keyof KernelEfficiencies, "bytesPerCycle">;
type Flat = Readonly<Record<string, number>>;

/** Seconds and bytes have no upper bound; fractions end at 1. */
function largestOf(name: string): number {
  return name.startsWith("seconds") || name.startsWith("bytes") ? Number.POSITIVE_INFINITY : 1;
}

function flattened({ bytesPerCycle, ...rest }: KernelEfficiencies): Record<string, number> {
  const paced = Object.entries(bytesPerCycle).map(([kind, value]) => [`bytesPerCycle.${kind}`, value]);
  return { ...Object.fromEntries(paced), ...rest };
}

function nested(flat: Flat): KernelEfficiencies {
  const at = (name: Name) => {
    const value = flat[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return value;
  };
  return {
    bandwidth: at("bandwidth"),
    bytesPerCycle: {
      reorder: at("bytesPerCycle.reorder"),
      reduction: at("bytesPerCycle.reduction"),
      normalization: at("bytesPerCycle.normalization"),
      normalization_grad: at("bytesPerCycle.normalization_grad"),
      batch_norm: at("bytesPerCycle.batch_norm"),
      pooling: at("bytesPerCycle.pooling"),
      attention: at("bytesPerCycle.attention"),
    },
    convolution: at("convolution"),
    attention: at("attention"),
    unaligned: at("unaligned"),
    secondsPerKernel: at("secondsPerKernel"),
    secondsPerWave: at("secondsPerWave"),
    update: at("update"),
    halfTile: at("halfTile"),
    quarterTile: at("quarterTile"),
  };
}

function print(name: string, errors: readonly number[]): void {
  const { count, median, p90, worst, bias } = summarize(errors);
  const figures = [median, p90, worst, bias].map((value) => `${(value * 100).toFixed(1).padStart(6)} %`);
  process.stdout.write(
    `${name.padEnd(24)} n ${String(count).padStart(4)}  median ${figures[0]}  p90 ${figures[1]}  worst ${figures[2]}  bias ${figures[3]}\n`,
  );
}

function rounded(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : value;
}

main();
