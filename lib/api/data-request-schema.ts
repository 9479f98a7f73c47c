/** What a question about data may look like when it comes in, and how it becomes a complete one. */

import * as z from "zod";
import { ANNOTATION_TIMES, type AnnotationMethod } from "../catalogue/annotation";
import type { DataTask } from "../estimate/baselines/chapter-data";
import type { DataRequest, SampleUnit } from "../estimate/data/data-request";
import { DATA_STRATEGY_NAMES, dataStrategyOf } from "../estimate/data/data-strategies";
import { PLAN_DEFAULTS } from "../plan/defaults";
import type { Assumption, Issue } from "../plan/plan";
import { requestIssues } from "./request-issues";

const TASKS = ["classification", "retrieval", "detection", "segmentation"] as const satisfies readonly DataTask[];
const SHIFTS = ["small", "medium", "large"] as const;

/** Lists of a request are drawn and answered point by point. */
const MOST_POINTS = 200;
const MOST_SAMPLES = 1e11;
const MOST_CLASSES = 100_000;

const fraction = (what: string) => {
  const message = `must be ${what} as a fraction from 0 to 1; 80 % is 0.8`;
  return z.number(message).min(0, message).max(1, message);
};

const inside = (what: string) => {
  const message = `must be ${what} as a fraction between 0 and 1, ends excluded; 80 % is 0.8`;
  return z.number(message).gt(0, message).lt(1, message);
};

const between = (least: number, most: number, what: string) => {
  const message = `must be ${what} as a fraction from ${least} to ${most}`;
  return z.number(message).min(least, message).max(most, message);
};

const positive = (most: number, unit: string) => {
  const message = `must be a number above 0, at most ${most}${unit}`;
  return z.number(message).gt(0, message).max(most, message);
};

const sizeFrom = (least: number, unit: string) => {
  const message = `must be a number from ${least} to ${MOST_SAMPLES} ${unit}`;
  return z.number(message).min(least, message).max(MOST_SAMPLES, message);
};

/** One image among as many classes as there may be. */
const shots = () => sizeFrom(1 / MOST_CLASSES, "images of each class");
const images = () => sizeFrom(1, "images in all");

const whole = (most: number) => {
  const message = `must be a whole number from 1 to ${most}`;
  return z.number(message).int(message).min(1, message).max(most, message);
};

const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

const METHODS = Object.keys(ANNOTATION_TIMES).filter(isMethod);

const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item, "must be a list").max(MOST_POINTS, `must hold at most ${MOST_POINTS} entries`);

const STRATEGY_MESSAGE = `must be one of ${DATA_STRATEGY_NAMES.join(", ")}`;

const strategyName = z.enum(DATA_STRATEGY_NAMES, STRATEGY_MESSAGE);

const pilotPoint = z.strictObject(
  {
    shotsPerClass: shots().optional(),
    images: images().optional(),
    accuracy: fraction("the accuracy that was measured"),
    repeats: whole(10_000).optional().describe("Trainings that the accuracy is the mean of"),
  },
  "must be an object with shotsPerClass or images, and accuracy",
);

export const dataRequestSchema = z
  .strictObject(
    {
      task: choice(TASKS).optional().describe("Default: classification"),
      classCount: whole(MOST_CLASSES).optional().describe("Turns shots per class into images and back"),
      strategy: z
        .union([strategyName, z.object({ kind: strategyName })], STRATEGY_MESSAGE)
        .optional()
        .describe("A name, or a plan's strategy. Default: lora"),
      model: z.string("must be a name").max(200).optional(),
      domainShift: choice(SHIFTS).optional().describe("From web photographs; used without a pilot. Default: medium"),
      targetAccuracy: inside("the accuracy that is wanted").optional(),
      zeroShotAccuracy: fraction("the accuracy before training").optional(),
      pilot: list(pilotPoint).optional().describe("What you measured: accuracy after training on so many images"),
      pilotTestSampleCount: whole(1e9).optional().describe("Images that the pilot's accuracies were measured on"),
      predictAtShotsPerClass: list(shots()).optional(),
      predictAtImages: list(images()).optional(),
      testHalfWidth: between(0.0001, 0.5, "how far off the tested accuracy may be")
        .optional()
        .describe("Default: 0.02"),
      confidence: between(0.5, 0.999999, "the confidence of that").optional().describe("Default: 0.95"),
      testFraction: z
        .number("must be a fraction above 0 and below 0.5")
        .gt(0, "must be a fraction above 0 and below 0.5")
        .lt(0.5, "must be a fraction above 0 and below 0.5")
        .optional()
        .describe("Of a split by percentage, to be judged; validation gets as much. Default: 0.15"),
      annotation: z
        .strictObject(
          {
            method: z.enum(METHODS, `must be one of ${METHODS.join(", ")}`).optional(),
            objectsPerImage: positive(10_000, " objects").optional(),
            redundancy: whole(100).optional().describe("People who label each item. Default: 1"),
            secondsPerUnit: positive(1e6, " seconds").optional(),
            usdPerUnit: positive(1e6, " USD").optional(),
            usdPerHour: positive(1e6, " USD").optional(),
          },
          "must be an object",
        )
        .optional(),
      averageImageBytes: whole(1e9).optional(),
      samplesPerSecond: positive(1e9, " samples")
        .optional()
        .describe("Training speed that loading has to keep up with"),
    },
    'must be an object such as {"classCount": 100, "targetAccuracy": 0.8}',
  )
  .meta({ description: "What is known of a task and asked about its data" });

type Input = z.infer<typeof dataRequestSchema>;

export interface ParsedDataRequest {
  readonly ok: true;
  readonly request: DataRequest;
  readonly assumptions: readonly Assumption[];
}

export type DataRequestParsing = ParsedDataRequest | { readonly ok: false; readonly issues: readonly Issue[] };

const FIELDS = [
  ...Object.keys(dataRequestSchema.shape),
  ...Object.keys(pilotPoint.shape),
  "method",
  "objectsPerImage",
  "redundancy",
  "secondsPerUnit",
  "usdPerUnit",
  "usdPerHour",
];

/** Reads a question about data: every problem at once, or a complete request with what was filled in. */
export function parseDataRequest(input: unknown): DataRequestParsing {
  const checked = dataRequestSchema.safeParse(input);
  const sizes = sizeIssues(input);
  if (!checked.success) {
    const found = requestIssues(checked.error.issues, input, FIELDS);
    // A size under a name that is none is told by that name.
    const isMisspelt = ({ path }: Issue) =>
      found.some((issue) => issue.code === "unknown_field" && issue.path.startsWith(`${path}.`));
    return { ok: false, issues: [...found, ...sizes.filter((issue) => !isMisspelt(issue))] };
  }
  const issues = [...sizes, ...contradictions(checked.data)];
  if (issues.length > 0) return { ok: false, issues };
  return completed(checked.data);
}

/** Points without a size or with two, also where other things are wrong: one round of corrections is enough. */
function sizeIssues(input: unknown): Issue[] {
  const pilot = typeof input === "object" && input !== null && "pilot" in input ? input.pilot : [];
  if (!Array.isArray(pilot)) return [];
  return pilot.slice(0, MOST_POINTS).flatMap((point: unknown, index): Issue[] => {
    if (typeof point !== "object" || point === null || Array.isArray(point)) return [];
    const path = `pilot.${index}`;
    const [hasShots, hasImages] = ["shotsPerClass", "images"].map((name) => Reflect.get(point, name) !== undefined);
    if (!hasShots && !hasImages) {
      return [{ path, code: "missing", message: `${path} has no size: give shotsPerClass or images` }];
    }
    if (!(hasShots && hasImages)) return [];
    const message = `${path} has shotsPerClass and images; give one of them`;
    return [{ path, code: "contradiction", message }];
  });
}

function contradictions(input: Input): Issue[] {
  const issues: Issue[] = [];
  const say = (path: string, code: string, message: string) => issues.push({ path, code, message });
  const units = new Set<SampleUnit>();
  for (const { shotsPerClass, images } of input.pilot ?? []) {
    if (shotsPerClass !== undefined && images === undefined) units.add("shotsPerClass");
    if (images !== undefined && shotsPerClass === undefined) units.add("images");
  }
  if ((input.predictAtShotsPerClass ?? []).length > 0) units.add("shotsPerClass");
  if ((input.predictAtImages ?? []).length > 0) units.add("images");
  if (units.size > 1 && input.classCount === undefined) {
    say(
      "classCount",
      "missing",
      "classCount is missing: sizes are given in images and in shots per class, and only it joins them",
    );
  }
  if (strategyOf(input) === "zero_shot" && input.zeroShotAccuracy === undefined) {
    say("zeroShotAccuracy", "missing", "zeroShotAccuracy is missing: zero-shot is known by nothing else");
  }
  if (input.annotation?.usdPerUnit !== undefined && input.annotation.usdPerHour !== undefined) {
    say("annotation", "contradiction", "annotation.usdPerUnit and annotation.usdPerHour exclude each other; give one");
  }
  return issues;
}

function strategyOf({ strategy }: Input) {
  const name = typeof strategy === "object" ? strategy.kind : strategy;
  return name === undefined ? undefined : (dataStrategyOf(name) ?? undefined);
}

const METHOD_OF_TASK = {
  classification: "label",
  retrieval: "caption",
  detection: "box_professional",
  segmentation: "mask_assisted",
} as const satisfies Record<DataTask, AnnotationMethod>;

const DEFAULTS = {
  task: "classification",
  strategy: "lora",
  domainShift: "medium",
  testHalfWidth: 0.02,
  confidence: 0.95,
  testFraction: 0.15,
  objectsPerImage: 3,
  redundancy: 1,
  averageImageBytes: PLAN_DEFAULTS.averageImageBytes,
} as const;

function completed(input: Input): ParsedDataRequest {
  const assumptions: Assumption[] = [];
  const assume = <Value extends string | number>(
    field: string,
    value: Value | undefined,
    fallback: Value,
    unit?: string,
  ): Value => {
    if (value !== undefined) return value;
    assumptions.push({ field, value: fallback, ...(unit === undefined ? {} : { unit }), status: "default" });
    return fallback;
  };
  const task = assume<DataTask>("task", input.task, DEFAULTS.task);
  const method = assume<AnnotationMethod>("annotation.method", input.annotation?.method, METHOD_OF_TASK[task]);
  const countsObjects = ANNOTATION_TIMES[method].unit !== "image";
  const unit = unitOf(input, task);
  const pilot = (input.pilot ?? []).map(({ shotsPerClass, images, accuracy, repeats = 1 }) => ({
    size: inUnit(unit, shotsPerClass, images, input.classCount),
    accuracy,
    repeats,
  }));
  const request: DataRequest = {
    task,
    classCount: input.classCount ?? null,
    strategy: assume("strategy", strategyOf(input), DEFAULTS.strategy),
    model: input.model ?? null,
    domainShift:
      pilot.length > 0
        ? (input.domainShift ?? DEFAULTS.domainShift)
        : assume("domainShift", input.domainShift, DEFAULTS.domainShift),
    targetAccuracy: input.targetAccuracy ?? null,
    zeroShotAccuracy: input.zeroShotAccuracy ?? null,
    unit,
    pilot,
    pilotTestSampleCount: input.pilotTestSampleCount ?? null,
    predictAt: [
      ...(input.predictAtShotsPerClass ?? []).map((shots) => inUnit(unit, shots, undefined, input.classCount)),
      ...(input.predictAtImages ?? []).map((images) => inUnit(unit, undefined, images, input.classCount)),
    ],
    split: {
      halfWidth: assume<number>("testHalfWidth", input.testHalfWidth, DEFAULTS.testHalfWidth, "fraction"),
      confidence: assume<number>("confidence", input.confidence, DEFAULTS.confidence, "fraction"),
      testFraction: assume<number>("testFraction", input.testFraction, DEFAULTS.testFraction, "fraction"),
    },
    annotation: {
      method,
      objectsPerImage: countsObjects
        ? assume<number>("annotation.objectsPerImage", input.annotation?.objectsPerImage, DEFAULTS.objectsPerImage)
        : (input.annotation?.objectsPerImage ?? 1),
      redundancy: assume<number>("annotation.redundancy", input.annotation?.redundancy, DEFAULTS.redundancy),
      secondsPerUnit: input.annotation?.secondsPerUnit ?? null,
      usdPerUnit: input.annotation?.usdPerUnit ?? null,
      usdPerHour: input.annotation?.usdPerHour ?? null,
    },
    averageImageBytes: assume<number>(
      "averageImageBytes",
      input.averageImageBytes,
      DEFAULTS.averageImageBytes,
      "bytes",
    ),
    samplesPerSecond: input.samplesPerSecond ?? null,
  };
  return { ok: true, request, assumptions };
}

/** The unit of the pilot, and of the question where there is none. */
function unitOf({ pilot = [], predictAtImages = [], predictAtShotsPerClass = [] }: Input, task: DataTask): SampleUnit {
  if (pilot.length > 0)
    return pilot.some(({ shotsPerClass }) => shotsPerClass !== undefined) ? "shotsPerClass" : "images";
  if (predictAtShotsPerClass.length > 0) return "shotsPerClass";
  if (predictAtImages.length > 0) return "images";
  return task === "classification" ? "shotsPerClass" : "images";
}

/** Contradictions were told before: a size in the other unit comes with a number of classes. */
function inUnit(
  unit: SampleUnit,
  shots: number | undefined,
  images: number | undefined,
  classCount: number | undefined,
): number {
  const own = unit === "images" ? images : shots;
  if (own !== undefined) return own;
  const other = unit === "images" ? shots : images;
  if (other === undefined || classCount === undefined) throw new Error("a size came without its unit");
  return unit === "images" ? other * classCount : other / classCount;
}

function isMethod(name: string): name is AnnotationMethod {
  return Object.hasOwn(ANNOTATION_TIMES, name);
}
