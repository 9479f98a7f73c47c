/** The catalogue as the API and the command line list it: less than the catalogue knows, and stable. */

import * as z from "zod";
import { GPUS, type GpuSpec } from "../catalogue/gpus";
import { type CatalogueModel, MODELS } from "../catalogue/models";

export const modelListingSchema = z
  .object({
    name: z.string().describe("open_clip's name: what a plan's `model` resolves to"),
    aliases: z.array(z.string()).describe("Other names that a plan's `model` takes"),
    imageTower: z.enum(["vit", "resnet"]),
    imageSize: z.int(),
    patchSize: z.int().nullable().describe("Null for a ResNet"),
    contextLength: z.int(),
    embedDim: z.int(),
    loss: z.enum(["contrastive", "sigmoid"]),
    inChapter: z.boolean().describe("One of the models of the source chapter"),
  })
  .meta({ description: "One model" });

export type ModelListing = z.infer<typeof modelListingSchema>;

/** @param search  words that the names must contain, in any case; none lists all */
export function modelListings(search = ""): ModelListing[] {
  const matches = containsWords(search);
  return MODEL_LISTINGS.filter(({ name, aliases }) => matches([name, ...aliases]));
}

const MODEL_LISTINGS = MODELS.map(modelListing);

function modelListing({ name, aliases, architecture, inChapter }: CatalogueModel): ModelListing {
  const { vision, text, embedDim, loss } = architecture;
  return {
    name,
    aliases: [...aliases],
    imageTower: vision.kind,
    imageSize: vision.imageSize,
    patchSize: vision.kind === "vit" ? vision.patchSize : null,
    contextLength: text.contextLength,
    embedDim,
    loss,
    inChapter,
  };
}

const quality = z.enum(["measured", "quoted", "derived", "recalled"]);

export const gpuListingSchema = z
  .object({
    id: z.string().describe("What a plan's `gpu` takes"),
    name: z.string(),
    aliases: z.array(z.string()).describe("Other names that a plan's `gpu` takes"),
    vendor: z.string(),
    architecture: z.string(),
    computeCapability: z.string().nullable(),
    memoryBytes: z.number().describe("What it is sold with"),
    usableBytes: z.number().describe("What a process can get"),
    usableQuality: quality,
    usableBasis: z.string().describe("Where `usableBytes` comes from"),
    memoryBandwidthBytesPerSecond: z.number().nullable(),
    peakFlopsPerSecond: z
      .partialRecord(z.enum(["fp32", "tf32", "fp16", "bf16", "fp8"]), z.number())
      .describe("Dense peaks; a precision the card lacks is absent"),
    bf16: z.boolean(),
    launchYear: z.int().nullable(),
    devicesPerBoard: z.int().describe("More than 1 for a board that shows as several devices; figures are for one"),
    inChapter: z.boolean().describe("One of the 13 GPUs of the source chapter"),
    notes: z.array(z.string()),
    sources: z.array(z.string()),
  })
  .meta({ description: "One GPU, in bytes, seconds and FLOPs" });

export type GpuListing = z.infer<typeof gpuListingSchema>;

/** @param search  words that the names must contain, in any case; none lists all */
export function gpuListings(search = ""): GpuListing[] {
  const matches = containsWords(search);
  return GPU_LISTINGS.filter(({ id, name, aliases, architecture }) => matches([id, name, architecture, ...aliases]));
}

const GPU_LISTINGS = GPUS.flatMap(gpuListing);

function gpuListing(gpu: GpuSpec): readonly GpuListing[] {
  if (gpu.id === null) return [];
  return [
    {
      id: gpu.id,
      name: gpu.name,
      aliases: [...gpu.aliases],
      vendor: gpu.vendor,
      architecture: gpu.architecture,
      computeCapability: gpu.computeCapability,
      memoryBytes: gpu.memoryBytes,
      usableBytes: gpu.usableBytes,
      usableQuality: gpu.usableQuality,
      usableBasis: gpu.usableBasis,
      memoryBandwidthBytesPerSecond: gpu.memoryBandwidthBytesPerSecond,
      peakFlopsPerSecond: { ...gpu.peakFlopsPerSecond },
      bf16: gpu.bf16,
      launchYear: gpu.launchYear ?? null,
      devicesPerBoard: gpu.devicesPerBoard,
      inChapter: gpu.inChapter,
      notes: [...gpu.notes],
      sources: [...gpu.sources],
    },
  ];
}

function containsWords(search: string): (names: readonly string[]) => boolean {
  const words = search.toLowerCase().split(/\s+/);
  return (names) => {
    const text = names.join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
