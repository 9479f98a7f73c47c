/** What was measured on the devices of a server, and how to use it. */

import * as z from "zod";
import { calibrationText } from "../estimate/calibration-text";
import type { DeviceCalibration } from "../profile/device-calibrations";
import { DEVICES } from "../profile/validation";
import { NO_BODY, type Operation } from "./operation";

const NOTHING = z.strictObject({});
type Nothing = z.infer<typeof NOTHING>;

const count = z.int().nonnegative();

const rateSchema = z
  .object({
    before: z.number().positive().describe("As assumed"),
    after: z.number().positive().describe("As measured"),
    low: z.number().positive().describe("It lies between this"),
    high: z.number().positive().describe("and this with nine chances in ten, as far as the measurements tell"),
    measurementCount: count.describe("Steps in which it accounts for a fair part of the seconds; 0: it was kept"),
    missing: z.string().nullable().describe("What to measure so that it can be known"),
  })
  .meta({ description: "A rate of the device in ONNX Runtime" });

const productsSchema = z.object({
  products: z.enum(["fp32", "fp16"]).describe("Type of the matrix products"),
  timedCount: count.describe("Steps that were timed"),
  rates: z
    .object({ flopsPerSecond: rateSchema, memoryBytesPerSecond: rateSchema, secondsPerNode: rateSchema })
    .nullable()
    .describe("Null with `why`"),
  errorBefore: z.number().nonnegative().nullable().describe("Median error of predicted seconds without them"),
  errorAfter: z
    .number()
    .nonnegative()
    .nullable()
    .describe("And with them, each step predicted from those of other plans"),
  why: z.string().nullable().describe("Why there are no rates"),
});

const deviceSchema = z
  .object({
    device: z.enum(DEVICES),
    name: z.string(),
    gpuId: z.string().nullable().describe("Of the catalogue; null on a CPU"),
    validationIds: z.array(z.string()).describe("Of the validations behind it, the newest first"),
    identity: z
      .string()
      .nullable()
      .describe(
        "A digest that tells it from others of its kind, which are listed apart; null where it was not recorded",
      ),
    notes: z.array(z.string()).describe("What to mind of the measurements, and which were left out"),
    byProducts: z.array(productsSchema).describe("For the seconds of later validations on this device"),
    calibration: z
      .string()
      .nullable()
      .describe(
        "For estimates of plans for this card: what `calibration` in their query says. Null on a CPU, and where too little was measured",
      ),
  })
  .meta({ description: "A device as it was measured" });

export type DeviceAnswer = z.infer<typeof deviceSchema>;

export interface CalibrationsAnswer {
  readonly devices: readonly DeviceAnswer[];
  readonly staleCount: number;
}

const answer: z.ZodType<CalibrationsAnswer> = z.object({
  devices: z.array(deviceSchema),
  staleCount: count.describe("Timed steps that another version counted otherwise, and that were left out"),
});

export const listCalibrations: Operation<{ readonly ok: true }, Nothing, Nothing, CalibrationsAnswer> = {
  operationId: "listCalibrations",
  method: "GET",
  path: "/api/v1/calibrations",
  summary: "Read what was measured on the server's devices",
  description:
    "Each device on which validations timed steps: its rates before and after, and how many measurements stand behind them. Later " +
    "validations on it predict seconds from them. Estimates take those of a card in `calibration`. Who may is the same as for " +
    "validations.",
  parameters: NOTHING,
  query: NOTHING,
  body: NO_BODY,
  status: 200,
  answer,
  answerSummary: "The devices",
  cacheControl: "no-store",
  problems: ["unauthorized", "validation-off", "invalid", "unavailable"],
  examples: [{ id: "measured", summary: "Every device", url: "/api/v1/calibrations", status: 200 }],
};

export function deviceAnswer({ key, name, validationIds, byProducts, card, notes }: DeviceCalibration): DeviceAnswer {
  return {
    device: key.device,
    name,
    gpuId: key.device === "cuda" ? key.gpu.id : null,
    validationIds: [...validationIds],
    identity: key.identity ?? null,
    notes: [...notes],
    byProducts: byProducts.map(({ products, timedCount, calibration, why }) => ({
      products,
      timedCount,
      rates: calibration?.rates ?? null,
      errorBefore: calibration?.errorBefore ?? null,
      errorAfter: calibration?.errorAfter ?? null,
      why,
    })),
    calibration: card === null ? null : calibrationText(card),
  };
}
