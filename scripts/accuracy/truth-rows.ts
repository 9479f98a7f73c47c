/** Rows of measured truth: a configuration and what PyTorch's own allocator and counters said about it. */

export const CONFIGURATION_FIELDS = [
  "implementation",
  "model",
  "strategy",
  "rank",
  "unlockedBlocks",
  "contextTokens",
  "classCount",
  "perDeviceBatchSize",
  "precision",
  "optimizer",
  "gradCheckpointing",
  "gradAccumulationSteps",
  "attention",
  "imageSize",
  "contextLength",
  "computeCapability",
] as const;

/** Columns that came later: a file without them has one pass a step and the model's own context. */
const LATER_FIELDS: readonly string[] = ["gradAccumulationSteps", "contextLength"];

export type ConfigurationField = (typeof CONFIGURATION_FIELDS)[number];

/** Columns that the estimator answers as well, under the same names. */
export const QUANTITIES = [
  "allocatedPeakBytes",
  "reservedPeakBytes",
  "savedActivationBytes",
  "retainedAfterForwardBytes",
  "forwardPeakBytes",
  "backwardPeakBytes",
  "optimizerPeakBytes",
  "parameterCount",
  "trainableCount",
  "parameterBytes",
  "gradientBytes",
  "optimizerStateBytes",
  "forwardFlops",
  "forwardBackwardFlops",
] as const;

export type Quantity = (typeof QUANTITIES)[number];

/** `fit`: a constant may be fitted on it. `check`: only ever compared with. */
export type Role = "fit" | "check";

export interface TruthRow {
  /** Name of the file it comes from. */
  readonly file: string;
  readonly role: Role;
  /** As written; empty where a field does not apply to the strategy. */
  readonly configuration: Readonly<Record<ConfigurationField, string>>;
  /** Compute capability times ten: 90 is Hopper. */
  readonly sm: number;
  /** Absent where the measurement has no figure for it; see truth/README.md. */
  readonly measured: Readonly<Partial<Record<Quantity, number>>>;
}

/**
 * Reads a truth file. Its cells hold neither commas nor quotes.
 *
 * @throws {Error} naming file and line when a column is missing or a cell is not what its column holds
 */
export function parseTruth(file: string, text: string): TruthRow[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  const missing = [
    ...CONFIGURATION_FIELDS.filter((name) => !LATER_FIELDS.includes(name)),
    ...QUANTITIES,
    "role",
  ].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`${file} lacks the columns ${missing.join(", ")}`);
  return lines.map((line, index) => {
    const cells = line.split(",");
    const where = `${file}, line ${index + 2}`;
    if (cells.length !== names.length) throw new Error(`${where}: ${cells.length} cells for ${names.length} columns`);
    return rowOf(file, where, new Map(names.map((name, column) => [name, cells[column] ?? ""])));
  });
}

function rowOf(file: string, where: string, cells: ReadonlyMap<string, string>): TruthRow {
  const cell = (name: string) => cells.get(name) ?? "";
  const role = cell("role");
  if (role !== "fit" && role !== "check") throw new Error(`${where}: role is "${role}", not fit or check`);
  const measured: Partial<Record<Quantity, number>> = {};
  for (const quantity of QUANTITIES) {
    if (cell(quantity) !== "") measured[quantity] = wholeNumber(where, quantity, cell(quantity));
  }
  return {
    file,
    role,
    configuration: {
      implementation: cell("implementation"),
      model: cell("model"),
      strategy: cell("strategy"),
      rank: cell("rank"),
      unlockedBlocks: cell("unlockedBlocks"),
      contextTokens: cell("contextTokens"),
      classCount: cell("classCount"),
      perDeviceBatchSize: cell("perDeviceBatchSize"),
      precision: cell("precision"),
      optimizer: cell("optimizer"),
      gradCheckpointing: cell("gradCheckpointing"),
      gradAccumulationSteps: cell("gradAccumulationSteps") || "1",
      attention: cell("attention"),
      imageSize: cell("imageSize"),
      contextLength: cell("contextLength"),
      computeCapability: cell("computeCapability"),
    },
    sm: wholeNumber(where, "computeCapability", cell("computeCapability").replace(".", "")),
    measured,
  };
}

function wholeNumber(where: string, name: string, text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isSafeInteger(value))
    throw new Error(`${where}: ${name} is "${text}", not a whole number`);
  return value;
}

/** The plan that a row's configuration stands for, as a user would write it. */
export function planInput({ configuration }: TruthRow): Record<string, unknown> {
  return {
    model: configuration.model,
    implementation: configuration.implementation,
    strategy: strategyInput(configuration),
    ...(configuration.classCount === "" ? {} : { classCount: Number(configuration.classCount) }),
    perDeviceBatchSize: Number(configuration.perDeviceBatchSize),
    precision: configuration.precision,
    optimizer: configuration.optimizer,
    gradCheckpointing: configuration.gradCheckpointing === "true",
    gradAccumulationSteps: Number(configuration.gradAccumulationSteps),
    attention: configuration.attention,
    imageSize: Number(configuration.imageSize),
    ...(configuration.contextLength === "" ? {} : { contextLength: Number(configuration.contextLength) }),
  };
}

function strategyInput(configuration: TruthRow["configuration"]): Record<string, unknown> {
  switch (configuration.strategy) {
    case "partial":
      return { kind: "partial", unlockedBlocks: Number(configuration.unlockedBlocks) };
    case "lora":
      return { kind: "lora", rank: Number(configuration.rank), targets: ["q_proj", "v_proj"] };
    case "prompt":
      return { kind: "prompt", contextTokens: Number(configuration.contextTokens) };
    default:
      return { kind: configuration.strategy };
  }
}

/** One line that names a row: its configuration without the fields left at the usual value. */
export function describeRow({ configuration: c }: TruthRow): string {
  const detail = c.rank || c.unlockedBlocks || c.contextTokens;
  return [
    c.implementation,
    c.model,
    detail === "" ? c.strategy : `${c.strategy}(${detail})`,
    c.classCount === "" ? "" : `classes ${c.classCount}`,
    `batch ${c.perDeviceBatchSize}`,
    c.precision,
    c.optimizer,
    c.gradCheckpointing === "true" ? "checkpointing" : "",
    c.gradAccumulationSteps === "1" ? "" : `${c.gradAccumulationSteps} passes`,
    c.attention === "sdpa" ? "" : c.attention,
    c.contextLength === "" ? "" : `${c.imageSize} px, ${c.contextLength} tokens`,
    c.computeCapability === "9.0" ? "" : `sm ${c.computeCapability}`,
  ]
    .filter((word) => word !== "")
    .join(" ");
}
