import { type GpuSpec, resolveGpu } from "../../../lib/catalogue/gpus";
import type { LoweredStep } from "../../../lib/engine/tape";
import { cardOf, planStep } from "../../../lib/estimate/lowering";
import { ratesOf } from "../../../lib/estimate/time/card-rates";
import { copiesOf, type Node } from "../../../lib/graph/ir";
import { coefficientOf } from "../../../lib/graph/shape";
import { parsePlan } from "../../../lib/plan/parse-plan";
import type { Plan } from "../../../lib/plan/plan";
import { type Kernel, type KernelKind, kernelsOf } from "../../../lib/readings/kernels";
import { type CardRates, deviceSeconds, type KernelEfficiencies, kernelSeconds } from "../../../lib/readings/roofline";
import { H100, type MeasuredKernel, type MeasuredStep } from "./h100-rows";

/** What a measured step did, as the model sees it. */
export interface MeasuredWork {
  readonly step: MeasuredStep;
  readonly plan: Plan;
  readonly kernels: readonly Kernel[];
  readonly update: LoweredStep["update"];
  readonly rates: CardRates;
  readonly gpu: GpuSpec;
  readonly nodes: readonly Node[];
  readonly parameterCount: number;
}

/** @throws {Error} for a row that is refused: every row is a plan that ran */
export function measuredWork(step: MeasuredStep): MeasuredWork {
  const parsed = parsePlan(step.input);
  if (!parsed.ok) throw new Error(`${step.id}: ${parsed.issues.map(({ message }) => message).join("; ")}`);
  const answer = ratesOf(parsed.gpu, parsed.plan.precision);
  if (answer.kind === "none") throw new Error(`${step.id}: ${answer.why.reason}`);
  const { training, lowered } = planStep(parsed, cardOf(parsed.gpu));
  return {
    step,
    plan: parsed.plan,
    kernels: kernelsOf(training.graph.nodes, lowered, parsed.plan.perDeviceBatchSize),
    update: lowered.update,
    rates: answer.rates,
    gpu: parsed.gpu,
    nodes: training.graph.nodes,
    parameterCount: training.graph.parameters.reduce(
      (sum, { shape, scope }) => sum + copiesOf(scope) * coefficientOf(shape),
      0,
    ),
  };
}

/** Device seconds of the whole step, and its kernels. */
export function modelledStep(
  { kernels, update, rates }: Pick<MeasuredWork, "kernels" | "update" | "rates">,
  efficiencies: KernelEfficiencies,
): { readonly seconds: number; readonly kernelCount: number } {
  const { forward, recompute, backward, optimizer, kernelCount } = deviceSeconds(kernels, update, rates, efficiencies);
  return { seconds: forward + recompute + backward + optimizer, kernelCount };
}

/** Kernels timed alone that stand for a kind of the model; others, such as a sum over everything, are not in a step. */
const MEMORY_KINDS: Readonly<Record<string, KernelKind>> = {
  copy: "stream",
  add: "stream",
  gelu: "stream",
  geluGrad: "stream",
  cast: "stream",
  sigmoid: "stream",
  layerNorm: "normalization",
  layerNormGrad: "normalization_grad",
  biasGrad: "reduction",
};

/** The gradient's kernel reads the incoming gradient and the input for each of its two results; timing counted one. */
const LAYER_NORM_GRAD_PASSES = 5 / 3;

/** A measured kernel beside the model's; null for what the model has no kind for. */
export function modelledKernel(measured: MeasuredKernel, efficiencies: KernelEfficiencies): number | null {
  if (measured.kind === "attention") return null;
  const rates = h100Rates(measured.dtype === "tf32");
  const precision = measured.dtype === "tf32" ? "float32" : measured.dtype;
  const { rows, columns, inner } = measured;
  const common = { phase: "forward", operation: measured.name, count: 1, precision } as const;
  if (measured.kind === "product") {
    const kernel = {
      ...common,
      kind: "product",
      flops: 2 * rows * columns * inner,
      bytes: 0,
      rows,
      columns,
      inner,
    } as const;
    return kernelSeconds(kernel, rates, efficiencies);
  }
  const kind = MEMORY_KINDS[measured.name];
  if (kind === undefined) return null;
  const passes = kind === "normalization_grad" ? LAYER_NORM_GRAD_PASSES : 1;
  const kernel = { ...common, kind, flops: 0, bytes: passes * measured.bytesMoved, rows: 0, columns: 0, inner: 0 };
  return kernelSeconds(kernel, rates, efficiencies);
}

/** Rates of the card; with TF32, fp32 tensors are multiplied on tensor cores. */
function h100Rates(tf32: boolean): CardRates {
  const resolved = resolveGpu(H100);
  if (!resolved.ok) throw new Error(`the catalogue lacks ${H100}`);
  const answer = ratesOf(resolved.gpu, "fp32");
  if (answer.kind === "none") throw new Error(answer.why.reason);
  const { rates } = answer;
  if (!tf32) return rates;
  return {
    ...rates,
    productFlopsPerSecond: { ...rates.productFlopsPerSecond, float32: rates.convolutionFp32FlopsPerSecond },
  };
}
