/** The long lists of the form, as slim as the browser needs them. */

import type { Option } from "@/components/planner/answers";
import { GPUS } from "@/lib/catalogue/gpus";
import { MODELS } from "@/lib/catalogue/models";
import { formatBytes } from "@/lib/format";

const CHAPTER_MODELS = "The chapter's models";
const CHAPTER_CARDS = "The chapter's cards";

/** Every answered model; the chapter's own first, by the names it gives them. */
export const MODEL_OPTIONS: readonly Option[] = chapterFirst(
  CHAPTER_MODELS,
  MODELS.map(({ name, chapterName, architecture: { vision } }) => ({
    value: name,
    label: chapterName ?? name,
    group: chapterName === undefined ? modelFamily(name, vision.kind) : CHAPTER_MODELS,
    hint: `${vision.imageSize} px`,
    keywords: chapterName === undefined ? undefined : name,
  })),
);

/** Every catalogued card; the chapter's own first. */
export const GPU_OPTIONS: readonly Option[] = chapterFirst(
  CHAPTER_CARDS,
  GPUS.flatMap(({ id, name, vendor, architecture, inChapter, usableBytes, aliases }) =>
    id === null
      ? []
      : [
          {
            value: id,
            label: name,
            group: inChapter ? CHAPTER_CARDS : `${vendor} ${architecture}`,
            hint: `${formatBytes(usableBytes, "GiB")} usable`,
            keywords: aliases.join(" "),
          },
        ],
  ),
);

function modelFamily(name: string, vision: "vit" | "resnet"): string {
  if (vision === "resnet") return "ResNet";
  if (name.includes("SigLIP2")) return "SigLIP 2";
  if (name.includes("SigLIP")) return "SigLIP";
  if (name.includes("CLIPA")) return "CLIPA";
  if (name.includes("worldwide")) return "MetaCLIP 2, many languages";
  return "CLIP, vision transformer";
}

function chapterFirst(chapter: string, options: readonly Option[]): readonly Option[] {
  return [...options.filter(({ group }) => group === chapter), ...options.filter(({ group }) => group !== chapter)];
}
