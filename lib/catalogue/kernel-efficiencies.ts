/**
 * What fractions of a card's rates PyTorch's kernels reach, and what hosts need. Everything here was fitted or measured;
 * `docs/time.md` says on what and with which error, and the commands that do it again.
 */

import { GB, MICROSECOND } from "../units";

/**
 * Fitted on the kernels of an H100 SXM (`truth/kernels-h100.csv`, `truth/time-h100.csv`, rows of role fit): fractions of the
 * datasheet's bandwidth or of the rate of large matrix products, and bytes for a cycle of a multiprocessor's boost clock.
 */
export const KERNEL_EFFICIENCIES = {
  bandwidth: 0.902,
  bytesPerCycle: {
    reorder: 3,
    reduction: 5.77,
    normalization: 7.93,
    normalization_grad: 10.8,
    batch_norm: 9.98,
    pooling: 1.36,
    attention: 6.6,
  },
  convolution: 0.625,
  attention: 0.683,
  unaligned: 0.761,
  secondsPerKernel: 2.67 * MICROSECOND,
  secondsPerWave: 1.38 * MICROSECOND,
  update: 0.902,
  halfTile: 0.651,
  quarterTile: 0.49,
} as const;

/**
 * Rates of TF32 products whose operands lie the other way round, as a fraction of those of a forward pass: Hopper's matrix
 * units take 32-bit operands in one order alone. Medians over the products of an H100 (`truth/kernels-h100.csv`).
 */
export const TF32_PRODUCTS = { inputGradient: 0.88, weightGradient: 0.54 } as const;

/**
 * How fast training runs on PyTorch of before 2.0 were beside what the kernels of their software say, bias passes, unfused
 * attention and the loop over parameters included. Fitted on the published runs of that era of role fit on up to 64 cards.
 * What it stands for is not known (docs/time.md), and no plan uses it.
 */
export const ERA_EFFICIENCY = { eager: 0.764 } as const;

/** The same for NVIDIA's BERT on the cards of `truth/time-lambda.csv`; no plan uses it. Fitted on its rows of role fit. */
export const BERT_EFFICIENCY = 0.834;

/**
 * Seconds that the host needs to hand one kernel to the card in eager PyTorch, Python included. `likely` was measured on a
 * two-core virtual machine, `high` on the sixteen-core virtual machine of an H100 (`npm run accuracy -- time`); `low` is assumed for a fast processor.
 */
export const HOST_SECONDS_PER_KERNEL = {
  low: 7 * MICROSECOND,
  likely: 20 * MICROSECOND,
  high: 57 * MICROSECOND,
} as const;

/**
 * How sharply the slower of card and host sets the pace: at infinity the longer time alone would count, at 1 their sum.
 * Fitted with the pace of the H100's host on its steps by the clock, rows of role fit.
 */
export const PACE_SHARPNESS = 2.59;

/**
 * Seconds of one processor core for one JPEG image: decoding and random cropping grow with the file, resizing and
 * normalizing with the pixels that come out. Measured with PIL and torchvision on the H100's host.
 */
export const IMAGE_LOADING = {
  secondsPerByte: 0.057 * MICROSECOND,
  secondsPerOutputPixel: 0.035 * MICROSECOND,
} as const;

/** Bytes per second of a local disk, where a plan does not say: image files are read and checkpoints written at it. Assumed. */
export const STORAGE_BYTES_PER_SECOND = 1 * GB;

/**
 * Seconds until Python has loaded PyTorch and what training needs: 4.6 to 5.1 on a two-core virtual machine
 * (`npm run bench -- --python PYTHON`). Assumed elsewhere.
 */
export const PROGRAM_START_SECONDS = 5;

/** Fraction of a link's rate that transfers reach: pinned copies to an H100 reached 54 of 63 GB/s. Measured. */
export const PCIE_EFFICIENCY = 0.85;

/** Fraction of a link's rate that collectives reach. Assumed until a machine of several cards is measured. */
export const COLLECTIVE_EFFICIENCY = { low: 0.4, likely: 0.7, high: 0.9 } as const;

/**
 * Bounds of the 80 % interval of a step's seconds, as fractions of the likely figure: of measured over modelled seconds on
 * rows of role fit the lowest tenth and the highest of any group. `npm run accuracy -- time` prints how many of the held-out rows lie inside.
 */
export const TIME_ERROR_LOW = 0.836;
export const TIME_ERROR_HIGH = 1.2;
