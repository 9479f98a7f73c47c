/**
 * A plan as readable query parameters, so that a link restores the whole form. This runs in the browser: it checks
 * nothing, and hands whatever a link says to `parsePlan`, which does.
 */

import { ownSizes } from "../catalogue/model-table";
import { PLAN_DEFAULTS, STRATEGY_DEFAULTS } from "./defaults";
import { fieldNames } from "./field-names";
import type { CustomGpu, Plan, Strategy } from "./plan";

/** Browsers, servers and chat programs all pass links of this length on unharmed. */
export const LONGEST_LINK = 4000;

/** Parameter of each plain field. Parameters that other strategies or cards need are further below. */
const PARAMETERS = {
  implementation: "implementation",
  classCount: "classes",
  perDeviceBatchSize: "batch",
  gradAccumulationSteps: "accumulation",
  deviceCount: "devices",
  precision: "precision",
  optimizer: "optimizer",
  gradCheckpointing: "checkpointing",
  attention: "attention",
  localLoss: "localLoss",
  gatherWithGrad: "gatherWithGrad",
  sharding: "sharding",
  imageSize: "imageSize",
  contextLength: "contextLength",
  trainSampleCount: "trainSamples",
  validationSampleCount: "validationSamples",
  epochs: "epochs",
  samplesSeen: "samplesSeen",
  loaderWorkers: "workers",
  averageImageBytes: "imageBytes",
  storageBytesPerSecond: "storage",
  checkpointEveryEpochs: "checkpointEvery",
  pricePerGpuHour: "price",
} as const satisfies Partial<Record<keyof Plan, string>>;

const STRATEGY_PARAMETERS = {
  rank: "rank",
  targets: "targets",
  unlockedBlocks: "blocks",
  contextTokens: "contextTokens",
} as const;

const GPU_PARAMETERS = {
  name: "gpuName",
  memoryBytes: "gpuMemory",
  memoryBandwidthBytesPerSecond: "gpuBandwidth",
  computeCapability: "gpuCapability",
} as const satisfies Partial<Record<keyof CustomGpu, string>>;

const GPU_PEAK_PARAMETERS = { fp32: "gpuFp32", tf32: "gpuTf32", fp16: "gpuFp16", bf16: "gpuBf16" } as const;

/** What a link says instead of a catalogue id when the card is described beside it. */
const CUSTOM_GPU = "custom";

/** Parameters that hold text even where it looks like a number: a GPU may be called "4090". */
const TEXT_PARAMETERS: ReadonlySet<string> = new Set(["model", "gpu", "gpuName", "gpuCapability", "config"]);

/** Parameters that mail programs and networks add to links. */
const TRACKING_PARAMETER = /^(utm_|fbclid$|gclid$|mc_|ref$)/;

/** Every parameter a link may have. */
export const LINK_PARAMETERS: readonly string[] = [
  "v",
  "model",
  "config",
  "strategy",
  "gpu",
  ...Object.values(PARAMETERS),
  ...Object.values(STRATEGY_PARAMETERS),
  ...Object.values(GPU_PARAMETERS),
  ...Object.values(GPU_PEAK_PARAMETERS),
];

/**
 * Writes a plan as a query string without "?". What equals a default is left out; `decodeLink` and `parsePlan` fill it in
 * again.
 *
 * @throws {RangeError} when the plan does not fit into a link, which only an odd configuration object can bring about
 */
export function encodeLink(plan: Plan): string {
  const parameters: [name: string, value: string][] = [["v", String(plan.schemaVersion)]];
  if (typeof plan.model === "string") parameters.push(["model", plan.model]);
  else parameters.push(["config", JSON.stringify(plan.model)]);
  parameters.push(...strategyParameters(plan.strategy));
  const defaults = defaultsFor(plan);
  for (const field of PLAIN_FIELDS) {
    if (plan[field] !== defaults[field]) parameters.push([PARAMETERS[field], String(plan[field])]);
  }
  parameters.push(...gpuParameters(plan.gpu));
  const link = parameters.map(([name, value]) => `${name}=${encodeValue(value)}`).join("&");
  if (link.length > LONGEST_LINK)
    throw new RangeError(`the link would have ${link.length} characters, more than ${LONGEST_LINK}`);
  return link;
}

/**
 * Reads a link back into what `parsePlan` takes. A parameter that no plan has is passed on under its own name, so that a
 * slip is reported rather than ignored.
 *
 * @param ignored  parameters of the page itself, such as the chosen unit
 */
export function decodeLink(params: URLSearchParams, ignored: readonly string[] = []): unknown {
  const length = params.toString().length;
  // Reading goes on from what a browser could have sent; nothing of a longer link is looked at.
  if (length > LONGEST_LINK) return { refusedLink: `it has ${length} characters, more than ${LONGEST_LINK}` };
  const given = new Map<string, unknown>();
  for (const name of new Set(params.keys())) {
    if (ignored.includes(name) || TRACKING_PARAMETER.test(name)) continue;
    const values = params.getAll(name);
    const [value] = values;
    given.set(name, values.length === 1 && value !== undefined ? decodeValue(name, value) : values);
  }
  const take = (name: string) => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const plan = new Map<string, unknown>();
  const set = (field: string, value: unknown) => {
    if (value !== undefined) plan.set(field, value);
  };
  set("schemaVersion", take("v"));
  const config = take("config");
  set("model", config === undefined ? take("model") : decodeConfig(config));
  set("strategy", decodeStrategy(take));
  for (const field of PLAIN_FIELDS) set(field, take(PARAMETERS[field]));
  set("gpu", decodeGpu(take));
  for (const [name, value] of given) set(name, value);
  return Object.fromEntries(plan);
}

type Take = (parameter: string) => unknown;
type PlainField = keyof typeof PARAMETERS;

const PLAIN_FIELDS: readonly PlainField[] = fieldNames(PARAMETERS);

/** A size is left out when it is the model's own, which the catalogue gives back; so are epochs that follow from samples. */
function defaultsFor(plan: Plan): Readonly<Partial<Record<PlainField, unknown>>> {
  const own = typeof plan.model === "string" ? ownSizes(plan.model) : undefined;
  const derived = plan.samplesSeen === undefined ? {} : { epochs: plan.epochs };
  return { ...PLAN_DEFAULTS, ...own, ...derived };
}

function strategyParameters(strategy: Strategy): [string, string][] {
  if (strategy.kind === PLAN_DEFAULTS.strategy.kind) return [];
  const defaults: Readonly<Record<string, unknown>> = STRATEGY_DEFAULTS[strategy.kind];
  const written: [string, string][] = [["strategy", strategy.kind]];
  for (const [field, parameter] of Object.entries(STRATEGY_PARAMETERS)) {
    const value: unknown = Reflect.get(strategy, field);
    if (value !== undefined && String(value) !== String(defaults[field])) written.push([parameter, String(value)]);
  }
  return written;
}

function decodeStrategy(take: Take): unknown {
  const kind = take("strategy");
  const strategy: Record<string, unknown> = {};
  for (const [field, parameter] of Object.entries(STRATEGY_PARAMETERS)) {
    const value = take(parameter);
    if (value === undefined) continue;
    strategy[field] = field === "targets" && typeof value === "string" ? value.split(",") : value;
  }
  if (kind === undefined && Object.keys(strategy).length === 0) return undefined;
  return { kind: kind ?? PLAN_DEFAULTS.strategy.kind, ...strategy };
}

function gpuParameters(gpu: string | CustomGpu): [string, string][] {
  if (typeof gpu === "string") return gpu === PLAN_DEFAULTS.gpu ? [] : [["gpu", gpu]];
  const written: [string, string][] = [["gpu", CUSTOM_GPU]];
  for (const [field, parameter] of Object.entries(GPU_PARAMETERS)) {
    const value: unknown = Reflect.get(gpu, field);
    if (value !== undefined) written.push([parameter, String(value)]);
  }
  for (const [precision, parameter] of Object.entries(GPU_PEAK_PARAMETERS)) {
    const value: unknown = gpu.peakFlopsPerSecond && Reflect.get(gpu.peakFlopsPerSecond, precision);
    if (value !== undefined) written.push([parameter, String(value)]);
  }
  return written;
}

function decodeGpu(take: Take): unknown {
  const gpu = take("gpu");
  const described: Record<string, unknown> = {};
  for (const [field, parameter] of Object.entries(GPU_PARAMETERS)) {
    const value = take(parameter);
    if (value !== undefined) described[field] = value;
  }
  const peaks: Record<string, unknown> = {};
  for (const [precision, parameter] of Object.entries(GPU_PEAK_PARAMETERS)) {
    const value = take(parameter);
    if (value !== undefined) peaks[precision] = value;
  }
  if (Object.keys(peaks).length > 0) described.peakFlopsPerSecond = peaks;
  if (Object.keys(described).length === 0) return gpu === CUSTOM_GPU ? described : gpu;
  // A description without the word "custom" can only mean one; beside a catalogue id it contradicts it.
  return gpu === CUSTOM_GPU || gpu === undefined ? described : { id: gpu, ...described };
}

function decodeConfig(config: unknown): unknown {
  if (typeof config !== "string") return config;
  try {
    return JSON.parse(config);
  } catch (error) {
    // Not JSON: passed on as it stands, to be refused as the name of no model.
    if (error instanceof SyntaxError) return config;
    throw error;
  }
}

const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function decodeValue(name: string, value: string): unknown {
  if (TEXT_PARAMETERS.has(name)) return value;
  if (value === "true") return true;
  if (value === "false") return false;
  return DECIMAL.test(value) ? Number(value) : value;
}

/** Leaves commas and slashes readable; both are allowed in a query. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%20/g, "+");
}
