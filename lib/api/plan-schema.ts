/** A plan as answers hold it: resolved, so that every field is there. */

import * as z from "zod";
import type { Plan } from "../plan/plan";
import { PLAN_FIELDS } from "../plan/schema";

export const resolvedPlanSchema = z
  .object({
    schemaVersion: PLAN_FIELDS.schemaVersion.unwrap(),
    model: PLAN_FIELDS.model.describe("open_clip's name, or the configuration object that was given"),
    implementation: PLAN_FIELDS.implementation.unwrap(),
    strategy: PLAN_FIELDS.strategy.unwrap(),
    classCount: PLAN_FIELDS.classCount.unwrap(),
    perDeviceBatchSize: PLAN_FIELDS.perDeviceBatchSize.unwrap(),
    gradAccumulationSteps: PLAN_FIELDS.gradAccumulationSteps.unwrap(),
    deviceCount: PLAN_FIELDS.deviceCount.unwrap(),
    precision: PLAN_FIELDS.precision.unwrap(),
    optimizer: PLAN_FIELDS.optimizer.unwrap(),
    gradCheckpointing: PLAN_FIELDS.gradCheckpointing.unwrap(),
    attention: PLAN_FIELDS.attention.unwrap(),
    localLoss: PLAN_FIELDS.localLoss.unwrap(),
    gatherWithGrad: PLAN_FIELDS.gatherWithGrad.unwrap(),
    sharding: PLAN_FIELDS.sharding.unwrap(),
    imageSize: z.int(),
    contextLength: z.int(),
    gpu: PLAN_FIELDS.gpu.unwrap().describe("A catalogue id, or the card that was given"),
    trainSampleCount: PLAN_FIELDS.trainSampleCount.unwrap(),
    validationSampleCount: PLAN_FIELDS.validationSampleCount.unwrap(),
    epochs: PLAN_FIELDS.epochs.unwrap(),
    samplesSeen: PLAN_FIELDS.samplesSeen,
    loaderWorkers: PLAN_FIELDS.loaderWorkers.unwrap(),
    averageImageBytes: PLAN_FIELDS.averageImageBytes.unwrap(),
    storageBytesPerSecond: PLAN_FIELDS.storageBytesPerSecond,
    checkpointEveryEpochs: PLAN_FIELDS.checkpointEveryEpochs.unwrap(),
    pricePerGpuHour: PLAN_FIELDS.pricePerGpuHour,
  })
  .meta({ description: "A complete plan" }) satisfies z.ZodType<Plan>;
