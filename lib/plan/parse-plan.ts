/** From anything at all to a complete plan: checked, its names resolved, every value that was filled in listed. */

import type { ClipArchitecture, OpenClipConfig } from "../catalogue/architecture";
import { type GpuSpec, resolveGpu } from "../catalogue/gpus";
import { readModelConfig } from "../catalogue/model-config";
import { resolveModel } from "../catalogue/models";
import { shownValue } from "../catalogue/shown-value";
import { readAsTransformersClip } from "../catalogue/transformers-clip";
import { LORA_TARGETS, PLAN_DEFAULTS, STRATEGY_DEFAULTS } from "./defaults";
import { fieldNames } from "./field-names";
import { issueAbout, issuesFromZod } from "./issues";
import { migrate, type PlanRecord } from "./migrations";
import { type Assumption, type Issue, type Plan, SCHEMA_VERSION, type Strategy } from "./plan";
import { epochsFor } from "./run-length";
import { PLAN_FIELDS, PLAN_LIMITS, type PlanFields, planSchema } from "./schema";

export interface ParsedPlan {
  readonly ok: true;
  readonly plan: Plan;
  /** Every value that was filled in or translated; a field that is not listed was given as it stands. */
  readonly assumptions: readonly Assumption[];
  readonly architecture: ClipArchitecture;
  readonly gpu: GpuSpec;
}

export type PlanParsing = ParsedPlan | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Reads a plan. Never throws for what was given: whatever is wrong comes back as issues, all of them at once, each with
 * its path, the value received and a way out.
 */
export function parsePlan(input: unknown): PlanParsing {
  const opened = open(input);
  if (!opened.ok) return opened;
  const { record } = opened;
  const checked = planSchema.safeParse(record);
  const fields: Partial<PlanFields> = checked.success ? checked.data : validFields(record);
  const issues = checked.success ? [] : issuesFromZod(checked.error.issues, record);

  const model = judgeModel(record, fields, issues);
  const gpu = judgeGpu(fields, issues);
  judgeAttention(fields, issues);
  judgeLength(record, fields, issues);
  if (model !== null) judgeStrategy(fields.strategy, model, issues);
  if (issues.length > 0 || !checked.success || model === null || gpu === null) {
    return { ok: false, issues: withoutFlood(issues) };
  }

  const plan = completePlan(checked.data, model, gpu);
  return {
    ok: true,
    plan,
    assumptions: assumptionsOf(record, plan, model, gpu),
    architecture: model.architecture,
    gpu,
  };
}

/** More than anyone reads; a hostile list could have a million wrong entries. */
const MOST_ISSUES = 50;

function withoutFlood(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= MOST_ISSUES) return issues;
  const rest = issues.length - MOST_ISSUES;
  const message = `${rest} more problems are not listed`;
  return [...issues.slice(0, MOST_ISSUES), { path: "", code: "too_many_issues", message }];
}

interface JudgedModel {
  readonly model: string | OpenClipConfig;
  readonly name: string;
  readonly architecture: ClipArchitecture;
  /** OpenAI's weights in transformers use QuickGELU, which the open_clip name does not say. */
  readonly assumesQuickGelu: boolean;
}

type Opening = { readonly ok: true; readonly record: PlanRecord } | { readonly ok: false; readonly issues: Issue[] };

/** Finds out whether the input is a plan of a version that can be read at all. */
function open(input: unknown): Opening {
  if (!isRecord(input)) {
    const message = "must be an object with at least a model";
    return { ok: false, issues: [{ ...issueAbout("plan", "wrong_type", input, message), path: "" }] };
  }
  if ("refusedLink" in input) return { ok: false, issues: [refusedLinkIssue(input.refusedLink)] };
  const migration = migrate(input);
  if (migration.kind === "current") return { ok: true, record: migration.plan };
  const message =
    migration.kind === "newer"
      ? `is newer than ${SCHEMA_VERSION}, the newest this version of Headroom reads; update Headroom, or send version ${SCHEMA_VERSION}`
      : `is not a released schema version; the newest is ${SCHEMA_VERSION}`;
  const code = migration.kind === "newer" ? "newer_schema" : "unknown_schema";
  return { ok: false, issues: [issueAbout("schemaVersion", code, migration.version, message)] };
}

function refusedLinkIssue(reason: unknown): Issue {
  const text = typeof reason === "string" ? reason.slice(0, 200) : "it could not be read";
  return { path: "", code: "refused_link", message: `this link was not opened: ${text}` };
}

/** The fields that are right by themselves, so that they can be judged although others are wrong. */
function validFields(record: PlanRecord): Partial<PlanFields> {
  const entries = Object.entries(PLAN_FIELDS).flatMap(([field, schema]) => {
    const result = schema.safeParse(record[field]);
    return result.success ? [[field, result.data]] : [];
  });
  return Object.fromEntries(entries);
}

/**
 * Resolves the model with the sizes that are asked for. Where only those are wrong, its own sizes stand in, so that the
 * rest of the plan is judged too.
 */
function judgeModel(record: PlanRecord, fields: Partial<PlanFields>, issues: Issue[]): JudgedModel | null {
  const given = isRecord(record.model) ? readGivenConfig(record.model, issues) : fields.model;
  if (given === undefined || given === null) return null;
  const sizes = { imageSize: fields.imageSize ?? undefined, contextLength: fields.contextLength ?? undefined };
  const asked = resolveModel(given, sizes);
  if (!asked.ok) issues.push(...asked.issues);
  const resolution = asked.ok ? asked : resolveModel(given, {});
  if (!resolution.ok) return null;
  const { architecture, canonicalName: name } = resolution;
  const model = typeof given === "string" ? name : given;
  if (fields.implementation !== "transformers") return { model, name, architecture, assumesQuickGelu: false };
  const reading = readAsTransformersClip(architecture, name);
  if (reading.ok) return { model, name, architecture: reading.architecture, assumesQuickGelu: reading.usesQuickGelu };
  const message = `cannot run ${name}: CLIPModel does not have ${reading.missing}; use "open_clip"`;
  issues.push(issueAbout("implementation", "not_expressible", fields.implementation, message, ["open_clip"]));
  return { model, name, architecture, assumesQuickGelu: false };
}

/** The reader of configurations says everything that is wrong with one, zod only some of it. */
function readGivenConfig(value: PlanRecord, issues: Issue[]): OpenClipConfig | null {
  const others = issues.filter((issue) => issue.path !== "model" && !issue.path.startsWith("model."));
  const reading = readModelConfig(value);
  issues.splice(0, issues.length, ...others, ...(reading.ok ? [] : reading.issues));
  return reading.ok ? reading.config : null;
}

function judgeGpu(fields: Partial<PlanFields>, issues: Issue[]): GpuSpec | null {
  if (fields.gpu === undefined) return null;
  const resolution = resolveGpu(fields.gpu);
  if (resolution.ok) return resolution.gpu;
  const { suggestions } = resolution;
  const near = suggestions.length > 0 ? `did you mean ${suggestions.join(", ")}? ` : "";
  const message = `is not a known GPU; ${near}A card of your own can be given as {name, memoryBytes}`;
  issues.push(issueAbout("gpu", "unknown_name", fields.gpu, message, suggestions));
  return null;
}

function judgeAttention({ attention, implementation }: Partial<PlanFields>, issues: Issue[]): void {
  if (attention !== "eager" || implementation !== "open_clip") return;
  const message = 'is a way of transformers to compute attention; with open_clip use "math" or "sdpa"';
  issues.push(issueAbout("attention", "contradiction", attention, message, ["math", "sdpa"]));
}

/** Samples seen say how many epochs there are; where both are given they must agree. */
function judgeLength(
  record: PlanRecord,
  { samplesSeen, trainSampleCount, epochs }: Partial<PlanFields>,
  issues: Issue[],
): void {
  if (samplesSeen === undefined || trainSampleCount === undefined) return;
  const needed = epochsFor(samplesSeen, trainSampleCount);
  if (needed > PLAN_LIMITS.epochs) {
    const message = `would take ${needed} epochs of ${trainSampleCount} samples, more than ${PLAN_LIMITS.epochs}; use ${PLAN_LIMITS.epochs * trainSampleCount} or fewer`;
    issues.push(issueAbout("samplesSeen", "out_of_range", samplesSeen, message));
  } else if (record.epochs !== undefined && epochs !== undefined && epochs !== needed) {
    const message = `and samplesSeen ${samplesSeen} contradict each other: so many samples take ${needed} of ${trainSampleCount} each; leave one of the two out`;
    issues.push(issueAbout("epochs", "contradiction", epochs, message, [String(needed)]));
  }
}

/** A strategy may ask for more than the model has. */
function judgeStrategy(strategy: Strategy | undefined, { architecture, name }: JudgedModel, issues: Issue[]): void {
  if (strategy?.kind === "partial") {
    const most = mostBlocks(architecture);
    if (strategy.unlockedBlocks > most) {
      const message = `is more than the ${most} blocks of ${name}; use ${most} or fewer, or the strategy "full"`;
      const issue = issueAbout("strategy.unlockedBlocks", "out_of_range", strategy.unlockedBlocks, message, [
        String(most),
      ]);
      issues.push(issue);
    }
  }
  if (strategy?.kind === "lora") {
    const narrowest = narrowestTower(architecture);
    if (strategy.rank > narrowest) {
      const message = `is more than the width ${narrowest} of the narrower tower of ${name}; use 4 to 64`;
      issues.push(issueAbout("strategy.rank", "out_of_range", strategy.rank, message, ["4", "16", "64"]));
    }
  }
  if (strategy?.kind === "prompt") {
    // The start and the end token need a place each.
    const most = architecture.text.contextLength - 2;
    if (strategy.contextTokens > most) {
      const message = `and the two end tokens exceed the ${architecture.text.contextLength} tokens of a text; use ${Math.max(most, 0)} or fewer`;
      issues.push(issueAbout("strategy.contextTokens", "contradiction", strategy.contextTokens, message));
    }
  }
}

function mostBlocks({ vision, text }: ClipArchitecture): number {
  const imageBlocks = vision.kind === "vit" ? vision.layers : vision.layers.reduce((sum, count) => sum + count, 0);
  return Math.max(imageBlocks, text.layers);
}

/** A ModifiedResNet's image tower takes no adapters. */
function narrowestTower({ vision, text }: ClipArchitecture): number {
  return vision.kind === "vit" ? Math.min(vision.width, text.width) : text.width;
}

/** A card in the user's words; rates without a rate say as little as none, and links carry none. */
function described(gpu: Exclude<PlanFields["gpu"], string>): Exclude<PlanFields["gpu"], string> {
  const { peakFlopsPerSecond, ...rest } = gpu;
  return peakFlopsPerSecond === undefined || Object.keys(peakFlopsPerSecond).length === 0 ? rest : gpu;
}

function completePlan(fields: PlanFields, { model, architecture }: JudgedModel, gpu: GpuSpec): Plan {
  return {
    schemaVersion: SCHEMA_VERSION,
    model,
    implementation: fields.implementation,
    strategy: inCanonicalOrder(fields.strategy),
    classCount: fields.classCount,
    perDeviceBatchSize: fields.perDeviceBatchSize,
    gradAccumulationSteps: fields.gradAccumulationSteps,
    deviceCount: fields.deviceCount,
    precision: fields.precision,
    optimizer: fields.optimizer,
    gradCheckpointing: fields.gradCheckpointing,
    attention: fields.attention,
    localLoss: fields.localLoss,
    gatherWithGrad: fields.gatherWithGrad,
    sharding: fields.sharding,
    imageSize: architecture.vision.imageSize,
    contextLength: architecture.text.contextLength,
    gpu: typeof fields.gpu === "string" ? (gpu.id ?? fields.gpu) : described(fields.gpu),
    trainSampleCount: fields.trainSampleCount,
    validationSampleCount: fields.validationSampleCount,
    epochs: fields.samplesSeen === undefined ? fields.epochs : epochsFor(fields.samplesSeen, fields.trainSampleCount),
    ...(fields.samplesSeen === undefined ? {} : { samplesSeen: fields.samplesSeen }),
    loaderWorkers: fields.loaderWorkers,
    averageImageBytes: fields.averageImageBytes,
    ...(fields.storageBytesPerSecond === undefined ? {} : { storageBytesPerSecond: fields.storageBytesPerSecond }),
    checkpointEveryEpochs: fields.checkpointEveryEpochs,
    ...(fields.pricePerGpuHour === undefined ? {} : { pricePerGpuHour: fields.pricePerGpuHour }),
  };
}

function inCanonicalOrder(strategy: Strategy): Strategy {
  if (strategy.kind !== "lora") return strategy;
  return { ...strategy, targets: LORA_TARGETS.filter((target) => strategy.targets.includes(target)) };
}

/** What a field counts, where it counts something. */
export const PLAN_UNITS: Readonly<Partial<Record<keyof Plan, string>>> = {
  classCount: "classes",
  perDeviceBatchSize: "pairs",
  gradAccumulationSteps: "passes",
  deviceCount: "devices",
  imageSize: "pixels",
  contextLength: "tokens",
  trainSampleCount: "pairs",
  validationSampleCount: "pairs",
  epochs: "epochs",
  samplesSeen: "pairs",
  loaderWorkers: "processes",
  averageImageBytes: "bytes",
  storageBytesPerSecond: "bytes/s",
  checkpointEveryEpochs: "epochs",
  pricePerGpuHour: "USD",
};

function assumptionsOf(record: PlanRecord, plan: Plan, model: JudgedModel, gpu: GpuSpec): Assumption[] {
  const assumptions: Assumption[] = [];
  if (typeof record.model === "string" && record.model !== plan.model) {
    const note = `${shownValue(record.model)} is ${model.name} in open_clip`;
    assumptions.push({ field: "model", value: model.name, status: "derived", note });
  }
  if (model.assumesQuickGelu) {
    const note = `transformers loads OpenAI's weights as ${model.name}, which use QuickGELU; for GELU give a configuration object`;
    assumptions.push({ field: "model.activation", value: "quick_gelu", status: "default", note });
  }
  for (const field of DEFAULTED_FIELDS) {
    if (record[field] !== undefined) continue;
    const assumption = defaultAssumption(field, plan);
    const isDerived = field === "epochs" && plan.samplesSeen !== undefined;
    assumptions.push(
      isDerived ? { ...assumption, status: "derived", note: "as many as samplesSeen takes" } : assumption,
    );
  }
  for (const field of ["imageSize", "contextLength"] as const) {
    if (record[field] !== undefined && record[field] !== null) continue;
    assumptions.push({ ...defaultAssumption(field, plan), note: `${model.name}'s own`, source: "open-clip-configs" });
  }
  assumptions.push(...strategyAssumptions(record.strategy, plan.strategy));
  if (typeof record.gpu === "string" && record.gpu !== plan.gpu) {
    const note = `${shownValue(record.gpu)} is ${gpu.name}`;
    assumptions.push({ field: "gpu", value: gpu.id ?? gpu.name, status: "derived", note });
  }
  return assumptions;
}

const DEFAULTED_FIELDS = fieldNames(PLAN_DEFAULTS);

function defaultAssumption(field: keyof typeof PLAN_DEFAULTS | "imageSize" | "contextLength", plan: Plan): Assumption {
  const value = plan[field];
  const unit = PLAN_UNITS[field];
  return {
    field,
    value: typeof value === "object" ? ("kind" in value ? value.kind : value.name) : value,
    ...(unit === undefined ? {} : { unit }),
    status: "default",
  };
}

/** A strategy that was named without its figures has them filled in. */
function strategyAssumptions(given: unknown, strategy: Strategy): Assumption[] {
  if (!isRecord(given)) return [];
  return Object.keys(STRATEGY_DEFAULTS[strategy.kind])
    .filter((field) => given[field] === undefined)
    .map((field) => {
      const value: unknown = Reflect.get(strategy, field);
      const shown = Array.isArray(value) ? value.join(",") : typeof value === "number" ? value : String(value);
      return { field: `strategy.${field}`, value: shown, status: "default" };
    });
}

function isRecord(value: unknown): value is PlanRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
