/** What labelling takes: seconds of a person by method, and list prices of vendors. */

import type { SourceId } from "./sources";

export type AnnotationMethod =
  | "label"
  | "verify"
  | "caption"
  | "box_extreme_clicking"
  | "box_professional"
  | "box_crowd_checked"
  | "mask_assisted"
  | "mask_polygon"
  | "scene";

/** What one unit of work is. */
export type AnnotationUnit = "image" | "box" | "mask";

export interface AnnotationTime {
  readonly label: string;
  readonly unit: AnnotationUnit;
  /** Mean seconds of one person for one unit, with the spread that the sources give. */
  readonly seconds: { readonly low: number; readonly likely: number; readonly high: number };
  readonly status: "measured" | "assumed";
  readonly sources: readonly SourceId[];
  readonly note?: string;
}

export const ANNOTATION_TIMES = {
  label: {
    label: "Choose the class of an image",
    unit: "image",
    seconds: { low: 2, likely: 4.5, high: 10 },
    status: "assumed",
    sources: [],
    note: "No published measurement was found; the middle is the geometric mean of the range. Many or similar classes take longer.",
  },
  verify: {
    label: "Confirm or refuse a proposed label",
    unit: "image",
    seconds: { low: 1.6, likely: 1.6, high: 1.6 },
    status: "measured",
    sources: ["papadopoulos-2016-verify"],
    note: "One yes-or-no question; refused proposals must be labelled again.",
  },
  caption: {
    label: "Write a caption",
    unit: "image",
    seconds: { low: 30, likely: 42, high: 60 },
    status: "assumed",
    sources: [],
    note: "No published measurement was found; the middle is the geometric mean of the range.",
  },
  box_extreme_clicking: {
    label: "Draw a box by its four extreme points",
    unit: "box",
    seconds: { low: 7, likely: 7.4, high: 7.4 },
    status: "measured",
    sources: ["papadopoulos-2017-extreme", "open-images-v4"],
  },
  box_professional: {
    label: "Draw a box, professional, everything included",
    unit: "box",
    seconds: { low: 26.5, likely: 26.5, high: 26.5 },
    status: "measured",
    sources: ["snapper-2024"],
  },
  box_crowd_checked: {
    label: "Draw a box in a crowd, with checks of quality and coverage",
    unit: "box",
    seconds: { low: 42.4, likely: 88, high: 88 },
    status: "measured",
    sources: ["su-2012-boxes"],
    note: "Low is the median worker; sums of work follow the mean.",
  },
  mask_assisted: {
    label: "Outline an object with a model's help",
    unit: "mask",
    seconds: { low: 14, likely: 14, high: 34 },
    status: "measured",
    sources: ["sam-2023"],
    note: "High is the same work before the model had learned from it.",
  },
  mask_polygon: {
    label: "Outline an object by hand",
    unit: "mask",
    seconds: { low: 79.2, likely: 79.2, high: 79.2 },
    status: "measured",
    sources: ["coco-2014"],
  },
  scene: {
    label: "Label every pixel of a street scene",
    unit: "image",
    seconds: { low: 420, likely: 5400, high: 5400 },
    status: "measured",
    sources: ["cityscapes-effort"],
    note: "Low is the coarse labelling.",
  },
} as const satisfies Record<AnnotationMethod, AnnotationTime>;

/** What vendors have prices for. */
export type PricedWork = "classification" | "box" | "polygon" | "scene";

export const PRICED_AS = {
  label: "classification",
  verify: "classification",
  caption: null,
  box_extreme_clicking: "box",
  box_professional: "box",
  box_crowd_checked: "box",
  mask_assisted: "polygon",
  mask_polygon: "polygon",
  scene: "scene",
} as const satisfies Record<AnnotationMethod, PricedWork | null>;

/** A list price for one unit and one labeller. */
export interface AnnotationPrice {
  readonly vendor: string;
  readonly work: PricedWork;
  readonly usdPerUnit: number;
  readonly asOf: string;
  readonly source: SourceId;
}

const COMPARISON = { asOf: "2026-10-04", source: "annotation-price-comparison" } as const;
const SUGGESTED = { asOf: "2026-03-15", source: "ground-truth-suggested-prices" } as const;

export const ANNOTATION_PRICES: readonly AnnotationPrice[] = [
  { vendor: "Google Vertex AI, first tier", work: "classification", usdPerUnit: 0.035, ...COMPARISON },
  { vendor: "Google Vertex AI, first tier", work: "box", usdPerUnit: 0.063, ...COMPARISON },
  { vendor: "Google Vertex AI, first tier", work: "polygon", usdPerUnit: 0.257, ...COMPARISON },
  { vendor: "Google Vertex AI, first tier", work: "scene", usdPerUnit: 0.87, ...COMPARISON },
  { vendor: "Google Vertex AI, second tier", work: "classification", usdPerUnit: 0.025, ...COMPARISON },
  { vendor: "Google Vertex AI, second tier", work: "box", usdPerUnit: 0.049, ...COMPARISON },
  { vendor: "Google Vertex AI, second tier", work: "polygon", usdPerUnit: 0.18, ...COMPARISON },
  { vendor: "Google Vertex AI, second tier", work: "scene", usdPerUnit: 0.85, ...COMPARISON },
  { vendor: "Roboflow", work: "classification", usdPerUnit: 0.05, ...COMPARISON },
  { vendor: "Roboflow", work: "box", usdPerUnit: 0.1, ...COMPARISON },
  { vendor: "Roboflow", work: "polygon", usdPerUnit: 0.2, ...COMPARISON },
  { vendor: "Label Your Data, from", work: "box", usdPerUnit: 0.02, ...COMPARISON },
  { vendor: "SageMaker Ground Truth, suggested", work: "classification", usdPerUnit: 0.012, ...SUGGESTED },
  { vendor: "SageMaker Ground Truth, suggested", work: "box", usdPerUnit: 0.036, ...SUGGESTED },
];
