/** Where figures about labelled data come from: learning curves, annotation times and prices, sizes of image files. */

import type { Source } from "./sources";

const ACCESSED = "2026-11-27";

export const DATA_SOURCES = {
  "published-learning-curves": {
    title: "Published accuracies of CLIP by shots per class",
    locator: "truth/learning-curves.csv; its sources in truth/learning-curve-sources.csv",
    accessed: ACCESSED,
  },
  "lp-ft": {
    title: "Kumar et al.: Fine-tuning can distort pretrained features and underperform out-of-distribution (ICLR 2022)",
    url: "https://arxiv.org/abs/2202.10054",
    locator:
      "abstract: fine-tuning against a linear probe +2 % in and −7 % out of distribution; LP-FT against fine-tuning +1 % and +10 %",
    published: "2022",
    accessed: ACCESSED,
  },
  "wise-ft": {
    title: "Wortsman et al.: Robust fine-tuning of zero-shot models",
    url: "https://arxiv.org/abs/2109.01903",
    locator: "abstract: 4 to 6 points out of distribution over prior work, 1.6 points more on ImageNet, at no cost",
    published: "2021",
    accessed: ACCESSED,
  },
  "optuna-pruners": {
    title: "Optuna: pruners",
    url: "https://optuna.readthedocs.io/en/latest/reference/pruners.html",
    locator: "MedianPruner, SuccessiveHalvingPruner",
    accessed: ACCESSED,
  },
  "source-chapter": {
    title: "The chapter on fine-tuning CLIP that this project started from",
    locator: "data requirements, choice of strategy, hyper-parameter search",
    accessed: ACCESSED,
  },
  "su-2012-boxes": {
    title: "Su, Deng, Fei-Fei: Crowdsourcing annotations for visual object detection (2012)",
    locator: "Table 1: drawing, quality check and coverage check",
    published: "2012",
    accessed: ACCESSED,
  },
  "papadopoulos-2017-extreme": {
    title: "Papadopoulos et al.: Extreme clicking for efficient object annotation (ICCV 2017)",
    url: "https://arxiv.org/abs/1708.02750",
    locator: "abstract",
    published: "2017",
    accessed: ACCESSED,
  },
  "papadopoulos-2016-verify": {
    title: "Papadopoulos et al.: We don't need no bounding-boxes (CVPR 2016)",
    locator: "time of one yes-or-no question",
    published: "2016",
    accessed: ACCESSED,
  },
  "open-images-v4": {
    title: "Kuznetsova et al.: The Open Images Dataset V4",
    url: "https://arxiv.org/abs/1811.00982",
    locator: "section 2.4.2",
    published: "2018",
    accessed: ACCESSED,
  },
  "snapper-2024": {
    title: "Snapper: accelerating bounding box annotation (IUI 2024)",
    locator: "81.7 seconds an image at about 3.08 boxes",
    published: "2024",
    accessed: ACCESSED,
  },
  "coco-2014": {
    title: "Lin et al.: Microsoft COCO, common objects in context",
    url: "https://arxiv.org/abs/1405.0312",
    locator: "22 worker hours for 1,000 segmentations",
    published: "2014",
    accessed: ACCESSED,
  },
  "sam-2023": {
    title: "Kirillov et al.: Segment Anything",
    url: "https://arxiv.org/abs/2304.02643",
    locator: "time of a mask falls from 34 to 14 seconds with the model's help",
    published: "2023",
    accessed: ACCESSED,
  },
  "cityscapes-effort": {
    title: "What it took to label Cityscapes",
    url: "https://ethanweber.me/scaling-anno",
    locator: "1.5 hours for a finely labelled image; coarse under 7 minutes",
    accessed: ACCESSED,
  },
  "annotation-price-comparison": {
    title: "A comparison of annotation vendors' list prices",
    locator:
      "Google Vertex AI, Roboflow, Label Your Data; a secondary source, its figures checked on the day it was published",
    published: "2026-10-04",
    accessed: ACCESSED,
  },
  "ground-truth-suggested-prices": {
    title: "Suggested prices of SageMaker Ground Truth with Mechanical Turk, as a blog repeats them",
    locator: "classification and boxes per worker; its segmentation figures contradict other vendors' and are not used",
    published: "2026-03-15",
    accessed: ACCESSED,
  },
  "imagenet-files": {
    title: "ImageNet training set, sizes of its archives",
    locator: "147.8 GB for 1,281,167 images",
    accessed: ACCESSED,
  },
  "image-file-sizes": {
    title: "Sizes of image datasets' archives",
    locator: "ImageNet, COCO train2017, DataComp, LAION at 256 pixels: list of files and READMEs",
    accessed: ACCESSED,
  },
} as const satisfies Record<string, Source>;
