/** Models by name: from what a user calls a model to the numbers its graph is written from. */

import type { Issue } from "../plan/plan";
import type { ClipArchitecture, OpenClipConfig } from "./architecture";
import { MODEL_ALIASES } from "./model-aliases";
import { CONFIG_LIMITS, nearestImageSizes, RESNET_STRIDE, readModelConfig } from "./model-config";
import { MODEL_CONFIGS } from "./model-table";
import { foldName, nearestNames } from "./nearest-names";
import { findRefusedModel, REFUSED_MODELS } from "./refused-models";
import { shownValue } from "./shown-value";

export interface CatalogueModel {
  /** open_clip's name. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly architecture: ClipArchitecture;
  readonly config: OpenClipConfig;
  readonly inChapter: boolean;
  readonly chapterName?: string;
}

export interface SizeOverrides {
  readonly imageSize?: number;
  readonly contextLength?: number;
}

export type ModelResolution =
  | { readonly ok: true; readonly architecture: ClipArchitecture; readonly canonicalName: string }
  | {
      readonly ok: false;
      /** The first of `issues`. */
      readonly issue: Issue;
      readonly issues: readonly Issue[];
    };

/** The models of the source chapter, by its names. */
const CHAPTER_NAMES: Readonly<Record<string, string>> = {
  "ViT-B-32": "ViT-B/32",
  "ViT-B-16": "ViT-B/16",
  "ViT-L-14": "ViT-L/14",
  "ViT-L-14-336": "ViT-L/14@336px",
  RN50: "RN50",
  RN101: "RN101",
};

/** Every model that is answered, in the order it is shown. */
export const MODELS: readonly CatalogueModel[] = [...MODEL_CONFIGS].map(([name, config]) =>
  catalogueModel(name, config),
);

/** Exact names first; then without regard to case and punctuation, where that is not ambiguous. */
const modelByName = indexModels(foldNothing);
const modelByFoldedName = indexModels(foldName);

/**
 * Finds a model by open_clip name, chapter name or the id of published weights, or reads a configuration object, and
 * sets the image size and context length that are asked for.
 *
 * @param overrides  absent sizes are the model's own
 * @returns for what cannot be answered, every issue with its way out
 */
export function resolveModel(model: string | OpenClipConfig, overrides: SizeOverrides): ModelResolution {
  if (typeof model !== "string") {
    const reading = readModelConfig(model);
    if (!reading.ok) return refused(reading.issues);
    return withSizes(reading.architecture, reading.architecture.name, overrides);
  }
  const found = findModel(model);
  return found === undefined
    ? refused([unknownModelIssue(model)])
    : withSizes(found.architecture, found.name, overrides);
}

/** @returns the catalogued model a name or alias stands for */
export function findModel(name: string): CatalogueModel | undefined {
  const bare = name.trim().replace(/^hf-hub:/, "");
  return modelByName.get(bare) ?? modelByFoldedName.get(foldName(bare));
}

function withSizes(own: ClipArchitecture, canonicalName: string, overrides: SizeOverrides): ModelResolution {
  const imageSize = overrides.imageSize ?? own.vision.imageSize;
  const contextLength = overrides.contextLength ?? own.text.contextLength;
  if (imageSize === own.vision.imageSize && contextLength === own.text.contextLength) {
    return { ok: true, architecture: own, canonicalName };
  }
  const issues = [...imageSizeIssues(own, imageSize), ...contextLengthIssues(contextLength)];
  if (issues.length > 0) return refused(issues);
  const architecture: ClipArchitecture = {
    ...own,
    vision: { ...own.vision, imageSize },
    text: { ...own.text, contextLength },
  };
  return { ok: true, architecture, canonicalName };
}

/**
 * A model's own size is accepted even where patches leave a rest: ViT-SO400M-14-SigLIP-384 drops the last six pixels, as
 * timm does. Any other size that leaves a rest is nearly always a slip.
 */
function imageSizeIssues({ vision, name }: ClipArchitecture, imageSize: number): Issue[] {
  if (imageSize === vision.imageSize) return [];
  const unit = vision.kind === "vit" ? vision.patchSize : RESNET_STRIDE;
  const what = vision.kind === "vit" ? `the patch size ${unit}` : `${unit}, the stride of a ModifiedResNet`;
  if (!isWithin(imageSize, unit, CONFIG_LIMITS.imageSize)) {
    const message = `imageSize ${shownValue(imageSize)} must be a whole number from ${unit} to ${CONFIG_LIMITS.imageSize} for ${name}`;
    return [{ path: "imageSize", code: "out_of_range", message, received: shownValue(imageSize) }];
  }
  if (imageSize % unit !== 0) {
    const suggestions = nearestImageSizes(imageSize, unit);
    const message = `imageSize ${imageSize} is not a multiple of ${what} of ${name}; try ${suggestions.join(" or ")}`;
    return [{ path: "imageSize", code: "not_divisible", message, received: String(imageSize), suggestions }];
  }
  const patchCount = (imageSize / unit) ** 2;
  if (patchCount > CONFIG_LIMITS.patchCount) {
    const message = `imageSize ${imageSize} gives ${patchCount} patches of ${unit} pixels; at most ${CONFIG_LIMITS.patchCount} are answered`;
    return [{ path: "imageSize", code: "out_of_range", message, received: String(imageSize) }];
  }
  return [];
}

function contextLengthIssues(contextLength: number): Issue[] {
  if (isWithin(contextLength, 1, CONFIG_LIMITS.contextLength)) return [];
  const received = shownValue(contextLength);
  const message = `contextLength ${received} must be a whole number from 1 to ${CONFIG_LIMITS.contextLength}`;
  return [{ path: "contextLength", code: "out_of_range", message, received }];
}

function unknownModelIssue(name: string): Issue {
  const received = shownValue(name);
  const known = findRefusedModel(name.trim().replace(/^hf-hub:/, ""));
  if (known !== undefined) {
    const wayOut = known.nearest === null ? "" : `; the nearest model that is answered is ${known.nearest}`;
    return {
      path: "model",
      code: "not_expressible",
      message: `model ${received} cannot be answered yet: it has ${known.missing}${wayOut}`,
      received,
      ...(known.nearest === null ? {} : { suggestions: [known.nearest] }),
    };
  }
  const suggestions = nearestModelNames(name);
  const hint = suggestions.length > 0 ? `did you mean ${suggestions.join(", ")}?` : "see the list of models.";
  const message = `model ${received} is not known; ${hint} A configuration object in open_clip's form is accepted too`;
  return { path: "model", code: "unknown_name", message, received, ...(suggestions.length > 0 ? { suggestions } : {}) };
}

const REFUSED_NAMES: readonly string[] = REFUSED_MODELS.map((model) => model.name);
const ANSWERED_NAMES: readonly string[] = MODELS.flatMap((model) => [model.name, ...model.aliases]);

/** Names only of models that are answered: leading from one refusal to the next would help nobody. */
function nearestModelNames(name: string): string[] {
  const answered = nearestNames(name, ANSWERED_NAMES, 6);
  const names = answered.map((found) => findModel(found)?.name).filter((found) => found !== undefined);
  const nearestOfAll = nearestNames(name, [...names, ...REFUSED_NAMES], 1)[0];
  const stoodIn = nearestOfAll === undefined ? undefined : findRefusedModel(nearestOfAll)?.nearest;
  const inOrder = typeof stoodIn === "string" ? [stoodIn, ...names] : names;
  return [...new Set(inOrder)].slice(0, 3);
}

function refused(issues: readonly Issue[]): ModelResolution {
  const [issue] = issues;
  if (issue === undefined) throw new Error("a model was refused without an issue");
  return { ok: false, issue, issues };
}

function catalogueModel(name: string, config: OpenClipConfig): CatalogueModel {
  const reading = readModelConfig(config, name);
  if (!reading.ok) throw new Error(`${name}: ${reading.issues.map((issue) => issue.message).join("; ")}`);
  const aliases: Readonly<Record<string, readonly string[]>> = MODEL_ALIASES;
  const chapterName = CHAPTER_NAMES[name];
  return {
    name,
    aliases: aliases[name] ?? [],
    architecture: reading.architecture,
    config: reading.config,
    inChapter: chapterName !== undefined,
    chapterName,
  };
}

/** Two models that fold to one name are told apart by exact names only. */
function indexModels(fold: (name: string) => string): ReadonlyMap<string, CatalogueModel> {
  const index = new Map<string, CatalogueModel>();
  const ambiguous = new Set<string>();
  for (const model of MODELS) {
    for (const name of [model.name, ...model.aliases]) {
      const key = fold(name);
      const other = index.get(key);
      if (other !== undefined && other !== model) ambiguous.add(key);
      else index.set(key, model);
    }
  }
  for (const key of ambiguous) index.delete(key);
  return index;
}

function foldNothing(name: string): string {
  return name;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
