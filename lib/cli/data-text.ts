/** An answer about data as a person reads it in a terminal. */

import type { AccuracyBand } from "../estimate/data/accuracy-band";
import type { AnnotationEffort } from "../estimate/data/annotation-effort";
import type { DataRequirement, SizePrediction } from "../estimate/data/data-requirement";
import type { SamplesNeeded } from "../estimate/data/samples-needed";
import { formatAccuracy, formatBytes, formatCount, formatFineBytes, formatSeconds, formatUsd } from "../format";
import { textTable } from "./text-table";

export function dataText(answer: DataRequirement): string {
  return [
    `${answer.summary}\n${answer.needReason}\n`,
    predictions(answer),
    needs(answer),
    `Next: ${answer.nextRound.why}\n${answer.zeroShot.text}\n`,
    split(answer),
    labelling(answer),
    chapter(answer),
    assumptions(answer),
    caveats(answer),
  ]
    .filter((section) => section !== "")
    .join("\n");
}

function predictions({ predictions: asked }: DataRequirement): string {
  if (asked.length === 0) return "";
  const rows = asked.flatMap(({ shotsPerClass, images, accuracy }) =>
    accuracy === null ? [] : [[...placeCells({ shotsPerClass, images }), ...bandCells(accuracy)]],
  );
  const unanswered = asked.flatMap(({ reason, ...place }) => {
    const [shots, images] = placeCells(place);
    return reason === undefined
      ? []
      : [`${shots === "–" ? `${images} images` : `${shots} shots per class`}: ${reason}\n`];
  });
  const headings = [">Shots per class", ">images", ">accuracy", "4 times in 5", "9 times in 10"];
  return `${rows.length === 0 ? "" : textTable(headings, rows)}${unanswered.join("")}`;
}

function placeCells({ shotsPerClass, images }: Pick<SizePrediction, "shotsPerClass" | "images">): [string, string] {
  return [shotsPerClass === null ? "–" : formatCount(shotsPerClass), images === null ? "–" : formatCount(images)];
}

function bandCells({ likely, low80, high80, low90, high90 }: AccuracyBand): string[] {
  return [
    formatAccuracy(likely),
    `${formatAccuracy(low80)} to ${formatAccuracy(high80)}`,
    `${formatAccuracy(low90)} to ${formatAccuracy(high90)}`,
  ];
}

function needs({ shotsPerClassNeeded, imagesNeeded }: DataRequirement): string {
  const row = (label: string, needed: SamplesNeeded | null) =>
    needed === null ? [] : [[`  ${label}`, formatCount(needed.low), orNone(needed.likely), orNone(needed.high)]];
  const rows = [...row("images of each class", shotsPerClassNeeded), ...row("training images", imagesNeeded)];
  return rows.length === 0 ? "" : textTable(["Needed", ">low", ">likely", ">high"], rows);
}

function orNone(count: number | null): string {
  return count === null ? "not established" : formatCount(count);
}

function split({ split: found }: DataRequirement): string {
  if (found === null) return "";
  return `${found.reason}\n${found.byPercentage === null ? "" : `${found.byPercentage.text}\n`}`;
}

function labelling({ annotation, nextAnnotation, storage }: DataRequirement): string {
  const rows = [...effortRow("everything", annotation), ...effortRow("the next round", nextAnnotation)];
  if (rows.length === 0) return "";
  const rate = storage?.loadingBytesPerSecond ?? null;
  const loading =
    rate === null ? "" : `; at your training speed the disk must give ${formatFineBytes(rate, "GB")} a second`;
  const disk = storage === null ? "" : `Storage: ${formatFineBytes(storage.bytes, "GB")}${loading}\n`;
  const table = textTable(["Labelling", ">images", ">people's time", ">range", ">cost", ">range"], rows);
  return `${table}${disk}${priceList(annotation ?? nextAnnotation)}`;
}

/** Whose prices the range spans, and of which day. */
function priceList(effort: AnnotationEffort | null): string {
  if (effort === null || effort.costUsd === null) return "";
  if (effort.prices.length === 0) return `Cost: ${effort.costUsd.reason}\n`;
  const prices = effort.prices.map(({ vendor, usdPerUnit, asOf }) => `${vendor} $${usdPerUnit} (${asOf})`);
  return `List prices for one label: ${prices.join("; ")}\n`;
}

function effortRow(label: string, effort: AnnotationEffort | null): string[][] {
  if (effort === null) return [];
  const { seconds, costUsd } = effort;
  return [
    [
      `  ${label}`,
      formatCount(effort.imageCount),
      formatSeconds(seconds.likely),
      `${formatSeconds(seconds.low)} to ${formatSeconds(seconds.high)}`,
      ...(costUsd === null
        ? ["no price"]
        : [formatUsd(costUsd.likely), `${formatUsd(costUsd.low)} to ${formatUsd(costUsd.high)}`]),
    ],
  ];
}

function chapter({ chapterBaseline }: DataRequirement): string {
  if (chapterBaseline === null) return "";
  const {
    sampleCount,
    split: parts,
    perClass,
    augmentations,
    annotationSeconds,
    storageBytes,
    notes,
  } = chapterBaseline;
  const rows = [
    ["  training, validation, test", [parts.train, parts.validation, parts.test].map(formatCount).join(" + ")],
    [
      "  images of each class",
      `at least ${formatCount(perClass.minimum)}, better ${formatCount(perClass.recommended)}, best ${formatCount(perClass.ideal)}`,
    ],
    ["  augmentations", augmentations.join(", ")],
    ["  labelling, storage", `${formatSeconds(annotationSeconds)}, ${formatBytes(storageBytes, "GB")}`],
  ];
  return `By the chapter's rule: ${formatCount(sampleCount)} images in all\n${textTable(["", ""], rows)}${notes.map((note) => `  ${note}\n`).join("")}`;
}

function assumptions({ assumptions: found }: DataRequirement): string {
  if (found.length === 0) return "";
  const rows = found.map(({ field, value, note }) => [`  ${field}`, String(value), note ?? ""]);
  return `Assumed\n${textTable(["", "", ""], rows)}`;
}

function caveats({ caveats: found }: DataRequirement): string {
  return found.length === 0 ? "" : `Mind\n${found.map(({ text }) => `  ${text}\n`).join("")}`;
}
