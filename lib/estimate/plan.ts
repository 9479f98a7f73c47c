import { STORAGE_BYTES_PER_SECOND } from "../catalogue/kernel-efficiencies";
import { IMAGE_TOWER, TEXT_TOWER } from "../clip/training-step";
import { copiesOf } from "../graph/ir";
import type { TrainingGraph } from "../graph/training-graph";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Assumption } from "../plan/plan";
import { countParameters, flopsOf } from "../readings/counts";
import { appliedCalibration } from "./applied-calibration";
import { type CardCalibration, calibratedAssumptions, calibratedCard, isOfCard, measuredCardName } from "./calibration";
import { caveatsOf } from "./caveats";
import { runCosts } from "./cost";
import type { Estimate, FlopCounts, ParameterCounts } from "./estimate";
import { cardOf, planStep } from "./lowering";
import { estimateMemory, type MemoryOptions } from "./memory";
import { MODEL_VERSION } from "./model-version";
import { gpusTogether } from "./time/communication";
import { estimateTime, workOf } from "./time/time";
import { timeCaveats } from "./time/time-caveats";
import type { TimeAnswer } from "./time/time-estimate";
import { isContextMeasured, overheadInterval } from "./uncertainty";

export { changesThatHelp } from "./changes";

export interface EstimateOptions extends MemoryOptions {
  /** Such as "2026-11-27": prices are dated, and this says how old they are. */
  readonly today: string;
  /** What was measured on a card; it enters the answer of a plan for that card, and no other. */
  readonly calibration?: CardCalibration;
}

/** The whole answer to a plan. Pure: the same plan gives the same answer. */
export function estimatePlan(asked: ParsedPlan, options: EstimateOptions): Estimate {
  const { plan, architecture } = asked;
  const gpu = calibratedCard(asked.gpu, options.calibration ?? null);
  const parsed = { ...asked, gpu };
  const planned = planStep(parsed, cardOf(gpu));
  const { training, lowered } = planned;
  const work = workOf(planned, plan);
  const time = estimateTime(work, plan, architecture, gpu);
  const memory = estimateMemory(parsed, lowered, options);
  const calibration =
    options.calibration === undefined || !isOfCard(options.calibration, asked.gpu)
      ? null
      : appliedCalibration(asked, gpu, options.calibration, {
          before: estimateTime(work, plan, architecture, asked.gpu),
          after: time,
          memory,
        });
  return {
    schemaVersion: 1,
    modelVersion: MODEL_VERSION,
    plan,
    modelName: architecture.name,
    gpu: { id: gpu.id, name: gpu.name },
    parameters: parameterCounts(training),
    flops: flopCounts(training, plan.perDeviceBatchSize, plan.gradAccumulationSteps),
    memory,
    ...timeAndCost(parsed, time, options.today),
    negativesPerExample: negativesPerExample(parsed),
    globalBatchSize: plan.perDeviceBatchSize * plan.deviceCount * plan.gradAccumulationSteps,
    assumptions: [
      ...parsed.assumptions,
      ...ownAssumptions(parsed),
      ...(calibration === null ? [] : calibratedAssumptions(calibration)),
    ],
    caveats: [...caveatsOf(parsed), ...(time.kind === "estimated" ? timeCaveats(parsed, time.time) : [])],
    ...(calibration === null ? {} : { calibration }),
    ...(options.calibration === undefined || calibration !== null
      ? {}
      : {
          noCalibration: `the measurements are of ${measuredCardName(options.calibration)}, and say nothing of ${asked.gpu.name}`,
        }),
  };
}

/** Offers beyond these are dearer ways to the same run. */
const OFFER_COUNT = 5;

function timeAndCost(
  { plan, gpu }: ParsedPlan,
  answer: TimeAnswer,
  today: string,
): Pick<Estimate, "time" | "noTime" | "cost" | "noCost"> {
  if (answer.kind === "not_estimated")
    return { time: null, noTime: answer.why, cost: [], noCost: "Without a time there is no cost." };
  const { own, offers, noOffer } = runCosts({
    seconds: answer.time.totalSeconds,
    gpuId: gpu.id,
    gpuCount: plan.deviceCount,
    ownUsdPerGpuHour: plan.pricePerGpuHour ?? null,
    today,
    filter: { gpusTogether: gpusTogether(plan) },
    mostOffers: OFFER_COUNT,
  });
  const cost = [...(own === null ? [] : [own]), ...offers];
  return { time: answer.time, noTime: null, cost, noCost: cost.length === 0 ? noOffer : null };
}

function parameterCounts({ graph, gradients }: TrainingGraph): ParameterCounts {
  const { total, trainable, byRoot } = countParameters(graph, gradients);
  const [image, text] = [byRoot.get(IMAGE_TOWER) ?? 0, byRoot.get(TEXT_TOWER) ?? 0];
  return { total, trainable, image, text, other: total - image - text };
}

function flopCounts({ graph }: TrainingGraph, batchSize: number, accumulationSteps: number): FlopCounts {
  let [image, text, step] = [0, 0, 0];
  for (const node of graph.nodes) {
    const copies = copiesOf(node.scope);
    const flops = copies * flopsOf(node, batchSize);
    if (flops === 0) continue;
    step += flops;
    if (node.phase !== "forward") continue;
    if (node.scope.path.startsWith(IMAGE_TOWER)) image += copies * flopsOf(node, 1);
    else if (node.scope.path.startsWith(TEXT_TOWER)) text += copies * flopsOf(node, 1);
  }
  return {
    forwardPerSample: image + text,
    imageForwardPerSample: image,
    textForwardPerSample: text,
    step: accumulationSteps * step,
  };
}

/** Contrastive training compares with the rest of the batch, across devices; accumulation adds none. */
function negativesPerExample({ plan }: ParsedPlan): number {
  const { kind } = plan.strategy;
  if (kind === "linear_probe" || kind === "prompt") return plan.classCount - 1;
  return plan.perDeviceBatchSize * plan.deviceCount - 1;
}

function overheadBasis(gpu: ParsedPlan["gpu"]): string {
  if (gpu.measuredHere?.contextBytes !== undefined) return "; no less than another runtime's took on this card";
  return isContextMeasured(gpu) ? ", as measured on an H100" : "; not measured on this card";
}

/** What the estimators assume beyond the plan. */
function ownAssumptions({ plan, architecture, gpu }: ParsedPlan): readonly Assumption[] {
  const overhead = overheadInterval(plan, architecture.vision.kind === "resnet", gpu);
  return [
    {
      field: "device overhead",
      value: overhead.likely,
      unit: "bytes",
      status: isContextMeasured(gpu) ? "measured" : "default",
      note: `CUDA context, kernels and libraries outside PyTorch's allocator${overheadBasis(gpu)}`,
    },
    {
      field: "usable memory",
      value: gpu.usableBytes,
      unit: "bytes",
      status: gpu.usableQuality === "measured" ? "measured" : "derived",
      note: gpu.usableBasis,
    },
    ...(plan.storageBytesPerSecond === undefined
      ? [
          {
            field: "storageBytesPerSecond",
            value: STORAGE_BYTES_PER_SECOND,
            unit: "bytes/s",
            status: "default" as const,
            note: "image files are read from a local disk",
          },
        ]
      : []),
  ];
}
