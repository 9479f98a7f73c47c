import { GPUS, type GpuSpec } from "../catalogue/gpus";
import { trainingStep } from "../clip/training-step";
import type { Card } from "../engine/pytorch/card";
import type { TrainingGraph } from "../graph/training-graph";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Plan } from "../plan/plan";
import { condensed } from "../readings/roofline";
import { type CardCalibration, calibratedCard, measuredCardName } from "./calibration";
import { calibrationText } from "./calibration-text";
import { changesThatHelp } from "./changes";
import { chooseAmong, isConsidered } from "./choose-among";
import { leastRunCost } from "./cost";
import { type DeviceMemory, deviceMemory } from "./device-memory";
import type { Change, Interval } from "./estimate";
import { cardOf, lowerFor, type PlannedStep } from "./lowering";
import { verdictOf } from "./memory";
import { MODEL_VERSION } from "./model-version";
import {
  DEVICE_COUNTS,
  type FittingChange,
  type Goal,
  type Recommendation,
  type RecommendationFilter,
  type RecommendationRow,
} from "./recommendation";
import { sharpenUpTo } from "./reserved-curve";
import { gpusTogether } from "./time/communication";
import { estimateTime, type TimedWork, workOf } from "./time/time";

export interface RecommendOptions {
  readonly goal: Goal;
  readonly filter: RecommendationFilter;
  /** Such as "2026-11-27": prices are judged by their age on this day. */
  readonly today: string;
  /** Changes for cards that are too small even where others fit: as much work again. */
  readonly changes?: boolean;
  /** What was measured on a card; it enters the rows of that card, and no others. */
  readonly calibration?: CardCalibration;
}

/**
 * The plan on every GPU of the catalogue, 1, 2, 4 and 8 of each, best first by the goal.
 *
 * The batch per device stays as the plan says, so that more devices make fewer steps. Memory is worked out once for each
 * family of cards that run the same kernels; what a card's number of multiprocessors adds (scratch of reductions, under
 * two percent) is that of the family's first card.
 */
export function recommend(
  parsed: ParsedPlan,
  { goal, filter, today, changes = false, calibration }: RecommendOptions,
): Recommendation {
  const steps = new StepsByFamily(parsed);
  const counts = DEVICE_COUNTS.filter((count) => filter.deviceCounts?.includes(count) ?? true);
  const considered = GPUS.filter((gpu) => gpu.id !== null && isConsidered({ ...gpu, gpuId: gpu.id }, filter));
  const gpus = considered.map((gpu) => calibratedCard(gpu, calibration ?? null));
  const rows = gpus.flatMap((gpu) =>
    counts.map((deviceCount) => rowOf(steps.of(gpu, deviceCount), gpu, deviceCount, parsed, today)),
  );
  const choice = chooseAmong(rows, goal, filter);
  return {
    schemaVersion: 1,
    modelVersion: MODEL_VERSION,
    goal,
    rows: choice.rows,
    best: choice.best,
    fittingChanges: changes || choice.best === null ? fittingChanges(parsed, choice.rows, gpus) : [],
    consideredCount: rows.length,
    ...(calibration === undefined ? {} : ofMeasurements(calibration, gpus)),
  };
}

/** Of which card the measurements are, or why they changed nothing. */
function ofMeasurements(
  calibration: CardCalibration,
  gpus: readonly GpuSpec[],
): Pick<Recommendation, "calibration" | "noCalibration"> {
  const gpu = gpus.find(({ measuredHere }) => measuredHere !== undefined);
  if (gpu !== undefined) {
    const { gpuId, measurementCount, spread, measuredOn } = calibration;
    const day = measuredOn === undefined ? {} : { measuredOn };
    const text = calibrationText(calibration);
    return { calibration: { gpuId, gpu: gpu.name, measurementCount, spread, ...day, text } };
  }
  return {
    noCalibration: `the measurements are of ${measuredCardName(calibration)}, which is not among the cards that were looked at`,
  };
}

/** One step of one family of cards: memory and work at the plan's batch size. */
interface FamilyStep {
  readonly memory: DeviceMemory;
  readonly work: TimedWork;
  readonly largestBatchSize: (usableBytes: number) => number;
}

const LARGEST_MEMORY_BYTES = Math.max(...GPUS.map(({ memoryBytes }) => memoryBytes));

/** Cards that run the same kernels share a lowered step; one whose context was measured has memory of its own. */
class StepsByFamily {
  private readonly steps = new Map<string, FamilyStep>();
  private readonly lowered = new Map<string, PlannedStep>();
  private readonly graphs = new Map<number, TrainingGraph>();
  /** Of the plan on its own card: what is replayed of it at other batch sizes tells of all families. */
  private readonly reference: DeviceMemory;

  constructor(private readonly parsed: ParsedPlan) {
    const { gpu, plan } = parsed;
    const { lowered } = lowerFor(parsed, cardOf(gpu), this.graphOf(parsed, plan.deviceCount));
    this.reference = deviceMemory(parsed, lowered);
    sharpenUpTo(this.reference.reserved, this.reference.reading, LARGEST_MEMORY_BYTES);
  }

  of(gpu: GpuSpec, deviceCount: number): FamilyStep {
    const card = cardOf(gpu);
    const family = `${familyOf(card)} ${deviceCount}`;
    const key = gpu.measuredHere === undefined ? family : `${family} ${gpu.id}`;
    const known = this.steps.get(key);
    if (known !== undefined) return known;
    const resolved = { ...this.parsed, gpu, plan: { ...this.parsed.plan, deviceCount } };
    const planned = this.lowered.get(family) ?? lowerFor(resolved, card, this.graphOf(resolved, deviceCount));
    this.lowered.set(family, planned);
    const memory = deviceMemory(resolved, planned.lowered, this.reference);
    const work = workOf(planned, resolved.plan);
    const step = {
      memory,
      work: { ...work, kernels: condensed(work.kernels) },
      largestBatchSize: remembered(memory.largestBatchSize),
    };
    this.steps.set(key, step);
    return step;
  }

  /** The graph does not depend on the card. */
  private graphOf({ plan, architecture }: ParsedPlan, deviceCount: number): TrainingGraph {
    const graph = this.graphs.get(deviceCount) ?? trainingStep(architecture, plan, { isFolded: true });
    this.graphs.set(deviceCount, graph);
    return graph;
  }
}

/** What of a card decides which kernels and workspaces a step has. */
function familyOf({ sm }: Card): string {
  if (sm < 80) return "before Ampere";
  // Their workspaces are alike, but only Hopper's context was measured.
  if (sm === 90) return "Hopper";
  return sm === 100 ? "data-centre Blackwell" : "Ampere and later";
}

function remembered(ask: (question: number) => number): (question: number) => number {
  const answers = new Map<number, number>();
  return (question) => {
    let answer = answers.get(question);
    if (answer === undefined) {
      answer = ask(question);
      answers.set(question, answer);
    }
    return answer;
  };
}

function rowOf(
  { memory, work, largestBatchSize }: FamilyStep,
  gpu: GpuSpec,
  deviceCount: number,
  { plan: given, architecture }: ParsedPlan,
  today: string,
): RecommendationRow {
  const plan: Plan = { ...given, deviceCount, gpu: gpu.id ?? given.gpu };
  const answer = estimateTime(work, plan, architecture, gpu);
  const time = answer.kind === "estimated" ? answer.time : null;
  const cost =
    time === null
      ? null
      : leastRunCost({
          seconds: time.totalSeconds,
          gpuId: gpu.id,
          gpuCount: deviceCount,
          ownUsdPerGpuHour: plan.pricePerGpuHour ?? null,
          today,
          filter: { gpusTogether: gpusTogether(plan) },
        });
  return {
    gpuId: gpu.id ?? "",
    gpuName: gpu.name,
    vendor: gpu.vendor,
    memoryBytes: gpu.memoryBytes,
    bf16: gpu.bf16,
    runtime: gpu.runtime,
    inChapter: gpu.inChapter,
    deviceCount,
    verdict: verdictOf(memory.deviceBytes, gpu.usableBytes),
    deviceBytes: figuresOf(memory.deviceBytes),
    usableBytes: gpu.usableBytes,
    headroomBytes: gpu.usableBytes - memory.deviceBytes.high,
    largestBatchSize: largestBatchSize(gpu.usableBytes),
    totalSeconds: time?.totalSeconds ?? null,
    samplesPerSecond: time?.samplesPerSecond.likely ?? null,
    limitedBy: time?.limitedBy ?? null,
    noTime: answer.kind === "not_estimated" ? answer.why : null,
    cost,
    noCost: cost !== null ? null : whyNoCost(time === null, gpu.name),
    onFront: false,
    ...(gpu.measuredHere === undefined ? {} : { isMeasured: true }),
  };
}

/** The reason of the range is the same for hundreds of rows, and estimates tell it. */
function figuresOf({ low, likely, high }: Interval): Interval {
  return { low, likely, high };
}

function whyNoCost(hasNoTime: boolean, name: string): string {
  return hasNoTime ? "Without a time there is no cost." : `No provider's price for ${name} in this number is known.`;
}

/** Changes in the order in which they cost a user least: the result stays the same, then nearly, then not. */
const GENTLEST_FIRST = [
  "adamw_fused",
  "checkpointing",
  "precision",
  "adamw_8bit",
  "half_batch",
  "lora",
  "partial",
  "linear_probe",
];

/** For each card that is too small in its fewest: the gentlest single change with which the plan would fit it. */
function fittingChanges(
  parsed: ParsedPlan,
  rows: readonly RecommendationRow[],
  gpus: readonly GpuSpec[],
): FittingChange[] {
  const byFamily = new Map<string, readonly Change[]>();
  return fewestOfEach(rows).flatMap(({ gpuId, deviceCount, verdict }) => {
    const gpu = gpus.find(({ id }) => id === gpuId);
    if (gpu === undefined || verdict === "fits") return [];
    const own = gpu.measuredHere === undefined ? "" : gpuId;
    const family = `${familyOf(cardOf(gpu))} ${deviceCount} ${own}`;
    const changes =
      byFamily.get(family) ?? changesThatHelp({ ...parsed, gpu, plan: { ...parsed.plan, gpu: gpuId, deviceCount } });
    byFamily.set(family, changes);
    const [change] = changes
      // The largest batch is each card's own, and its row says it.
      .filter(({ id, deviceBytes }) => id !== "largest_batch" && deviceBytes.high <= gpu.usableBytes)
      .sort((a, b) => GENTLEST_FIRST.indexOf(a.id) - GENTLEST_FIRST.indexOf(b.id));
    // Worked out on another card of the family, whose time is not this one's.
    return change === undefined
      ? []
      : [{ gpuId, deviceCount, change: { ...change, verdict: "fits", timeChange: null } }];
  });
}

/** The row of each card with the fewest devices, cards in the order in which they first come. */
function fewestOfEach(rows: readonly RecommendationRow[]): readonly RecommendationRow[] {
  const fewest = new Map<string, RecommendationRow>();
  for (const row of rows) {
    const known = fewest.get(row.gpuId);
    if (known === undefined || row.deviceCount < known.deviceCount) fewest.set(row.gpuId, row);
  }
  return [...fewest.values()];
}
