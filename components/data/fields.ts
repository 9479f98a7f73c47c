/** Every field of the page about data: its words, and what the API calls it. */

export interface DataFieldText {
  readonly label: string;
  readonly help: string;
  /** The name of the field in the API, which is where issues are told. */
  readonly path: string;
  readonly unit?: string;
  /** Typed in percent, a fraction in the API. */
  readonly isPercent?: true;
}

/** By the parameter of the address. */
export const DATA_FIELDS = {
  task: { label: "Task", help: "", path: "task" },
  classes: { label: "Classes", help: "Turns images of each class into images in all.", path: "classCount" },
  shift: {
    label: "Domain shift",
    help: "How far your images are from photographs on the web. Used only without pilot and zero-shot accuracy.",
    path: "domainShift",
  },
  model: {
    label: "Model",
    help: "For memory, hours and cost; published slopes do not tell models apart.",
    path: "model",
  },
  strategy: { label: "Strategy", help: "Whose learning curve is followed.", path: "strategy" },
  target: {
    label: "Target accuracy",
    help: "On your own test set.",
    path: "targetAccuracy",
    unit: "%",
    isPercent: true,
  },
  zeroShot: {
    label: "Zero-shot accuracy",
    help: "Before any training; what training has to beat.",
    path: "zeroShotAccuracy",
    unit: "%",
    isPercent: true,
  },
  pilot: {
    label: "Your pilot",
    help: "Accuracy after training on so many images. Sizes that double tell the most: 1, 2, 4, 8.",
    path: "pilot",
  },
  unit: { label: "Sizes count", help: "", path: "pilot" },
  pilotTest: {
    label: "Pilot tested on",
    help: "Images that its accuracies were measured on; widens the band for small test sets.",
    path: "pilotTestSampleCount",
    unit: "images",
  },
  halfWidth: {
    label: "Test to within",
    help: "How far off the measured accuracy may be, either way.",
    path: "testHalfWidth",
    unit: "± points",
    isPercent: true,
  },
  confidence: { label: "Confidence", help: "", path: "confidence", unit: "%", isPercent: true },
  testShare: {
    label: "Share for testing",
    help: "Of a split by percentage, to be judged beside.",
    path: "testFraction",
    unit: "%",
    isPercent: true,
  },
  method: { label: "Work", help: "", path: "annotation.method" },
  objects: { label: "Objects in an image", help: "", path: "annotation.objectsPerImage" },
  redundancy: { label: "People per item", help: "", path: "annotation.redundancy" },
  seconds: { label: "Your time", help: "", path: "annotation.secondsPerUnit", unit: "s each" },
  labelPrice: { label: "Your price", help: "", path: "annotation.usdPerUnit", unit: "$ each" },
  hourPrice: { label: "Your rate", help: "", path: "annotation.usdPerHour", unit: "$/h" },
  imageKb: { label: "Average image file", help: "", path: "averageImageBytes", unit: "kB" },
  gpu: { label: "GPU", help: "For memory, hours and cost.", path: "gpu" },
  batch: { label: "Batch per GPU", help: "", path: "perDeviceBatchSize" },
  epochs: { label: "Epochs", help: "", path: "epochs" },
  images: {
    label: "Training images you have",
    help: "Strategies are compared at so many; by default at the need, or at the next round.",
    path: "trainSampleCount",
  },
  priority: { label: "What matters", help: "", path: "priority" },
  trials: { label: "Trials", help: "", path: "trialCount" },
  trialEpochs: { label: "Epochs of a trial", help: "", path: "epochsPerTrial" },
  pruner: { label: "Stopping early", help: "", path: "pruner" },
  difference: {
    label: "Smallest difference",
    help: "Of accuracy that matters between two trials.",
    path: "smallestDifference",
    unit: "points",
    isPercent: true,
  },
} as const satisfies Record<string, DataFieldText>;

export type DataParameter = keyof typeof DATA_FIELDS;

export function isDataParameter(name: string): name is DataParameter {
  return Object.hasOwn(DATA_FIELDS, name);
}

export const DATA_PARAMETERS: readonly DataParameter[] = Object.keys(DATA_FIELDS).filter(isDataParameter);

export function fieldText(name: DataParameter): DataFieldText {
  return DATA_FIELDS[name];
}

export function dataFieldId(name: DataParameter): string {
  return `data-${name}`;
}

/** The field that an issue is shown beside; null for what no field here holds. */
export function fieldOfPath(path: string): DataParameter | null {
  for (let place = path; place !== ""; place = place.slice(0, Math.max(0, place.lastIndexOf(".")))) {
    const found = DATA_PARAMETERS.find((name) => name !== "unit" && DATA_FIELDS[name].path === place);
    if (found !== undefined) return found;
  }
  return path === "annotation" ? "labelPrice" : null;
}
