/** `headroom data`: how much data a task needs. */

import { answerDataRequirement, createDataRequirement } from "../api/data-operations";
import { dataText } from "./data-text";
import { numberEntry, type QuestionFlag, questionCommand } from "./question-command";

/** `4:0.71`, or `4:0.71x3` for the mean of three trainings. */
function pilotEntry(sizeField: "shotsPerClass" | "images") {
  return (text: string): unknown => {
    const [, size, accuracy, repeats] = /^([^:]+):([^x]+)(?:x(.+))?$/.exec(text) ?? [];
    if (size === undefined || accuracy === undefined) return text;
    return {
      [sizeField]: numberEntry(size),
      accuracy: numberEntry(accuracy),
      ...(repeats === undefined ? {} : { repeats: numberEntry(repeats) }),
    };
  };
}

const FLAGS: readonly QuestionFlag[] = [
  {
    name: "classes",
    aliases: ["class-count"],
    kind: "number",
    placeholder: "N",
    path: "classCount",
    help: "number of classes",
  },
  {
    name: "target",
    aliases: ["target-accuracy"],
    kind: "number",
    placeholder: "FRACTION",
    path: "targetAccuracy",
    help: "accuracy wanted, such as 0.85",
  },
  {
    name: "zero-shot",
    aliases: ["zero-shot-accuracy"],
    kind: "number",
    placeholder: "FRACTION",
    path: "zeroShotAccuracy",
    help: "accuracy before any training",
  },
  {
    name: "pilot",
    kind: "list",
    placeholder: "LIST",
    path: "pilot",
    entry: pilotEntry("shotsPerClass"),
    help: "what you measured, shots per class and accuracy: 2:0.71,4:0.75,8:0.79 (4:0.75x3: mean of 3 trainings)",
  },
  {
    name: "pilot-images",
    kind: "list",
    placeholder: "LIST",
    path: "pilot",
    entry: pilotEntry("images"),
    help: "the same with images in all: 50:0.71,100:0.75",
  },
  {
    name: "pilot-test-samples",
    kind: "number",
    placeholder: "N",
    path: "pilotTestSampleCount",
    help: "images that the pilot was tested on",
  },
  {
    name: "predict-at",
    kind: "list",
    placeholder: "LIST",
    path: "predictAtShotsPerClass",
    entry: numberEntry,
    help: "shots per class to predict accuracy at: 16,32",
  },
  {
    name: "predict-at-images",
    kind: "list",
    placeholder: "LIST",
    path: "predictAtImages",
    entry: numberEntry,
    help: "images in all to predict accuracy at",
  },
  {
    name: "strategy",
    kind: "text",
    placeholder: "NAME",
    path: "strategy",
    help: "lora, prompt, adapter, linear_probe, partial, full, zero_shot …",
  },
  {
    name: "task",
    kind: "text",
    placeholder: "NAME",
    path: "task",
    help: "classification, retrieval, detection or segmentation",
  },
  {
    name: "domain-shift",
    kind: "text",
    placeholder: "SIZE",
    path: "domainShift",
    help: "from web photographs: small, medium or large",
  },
  { name: "model", kind: "text", placeholder: "NAME", path: "model", help: "noted in the answer" },
  {
    name: "half-width",
    aliases: ["test-half-width"],
    kind: "number",
    placeholder: "FRACTION",
    path: "testHalfWidth",
    help: "how far off a tested accuracy may be",
  },
  { name: "confidence", kind: "number", placeholder: "FRACTION", path: "confidence", help: "confidence of that" },
  {
    name: "test-fraction",
    kind: "number",
    placeholder: "FRACTION",
    path: "testFraction",
    help: "share of a split by percentage, to be judged",
  },
  {
    name: "method",
    kind: "text",
    placeholder: "NAME",
    path: "annotation.method",
    help: "label, verify, caption, box_…, mask_… or scene",
  },
  {
    name: "objects-per-image",
    kind: "number",
    placeholder: "N",
    path: "annotation.objectsPerImage",
    help: "boxes or masks in an image",
  },
  {
    name: "redundancy",
    kind: "number",
    placeholder: "N",
    path: "annotation.redundancy",
    help: "people who label each item",
  },
  {
    name: "seconds-per-unit",
    kind: "number",
    placeholder: "S",
    path: "annotation.secondsPerUnit",
    help: "your own time for one label, box or mask",
  },
  {
    name: "usd-per-unit",
    kind: "number",
    placeholder: "USD",
    path: "annotation.usdPerUnit",
    help: "your own price for one label, box or mask",
  },
  {
    name: "usd-per-hour",
    kind: "number",
    placeholder: "USD",
    path: "annotation.usdPerHour",
    help: "or what an hour of labelling costs you",
  },
  {
    name: "image-bytes",
    aliases: ["average-image-bytes"],
    kind: "number",
    placeholder: "BYTES",
    path: "averageImageBytes",
    help: "mean size of an image file",
  },
  {
    name: "samples-per-second",
    kind: "number",
    placeholder: "N",
    path: "samplesPerSecond",
    help: "training speed that loading has to keep up with",
  },
];

export const dataCommand = questionCommand({
  name: "data",
  purpose:
    "Says how many images a target accuracy takes, from your own pilot where there is one, what labelling them costs, and how\n" +
    "many to test on. Accuracies are fractions.",
  flags: FLAGS,
  body: createDataRequirement.body,
  answer: answerDataRequirement,
  text: dataText,
  notes: "",
});
