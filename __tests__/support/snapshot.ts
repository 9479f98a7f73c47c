import type { Estimate } from "@/lib/estimate/estimate";
import type { Plan } from "@/lib/plan/plan";

/** A plan and an answer with every kind of JSON value in them. The figures mean nothing: the store does not read them. */
export function snapshot(batchSize: number): { readonly plan: Plan; readonly estimate: Estimate } {
  const plan: Plan = {
    schemaVersion: 1,
    model: "ViT-B-32",
    implementation: "open_clip",
    strategy: { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
    classCount: 100,
    perDeviceBatchSize: batchSize,
    gradAccumulationSteps: 1,
    deviceCount: 1,
    precision: "amp",
    optimizer: "adamw",
    gradCheckpointing: false,
    attention: "sdpa",
    localLoss: false,
    gatherWithGrad: false,
    imageSize: 224,
    contextLength: 77,
    gpu: { name: "Карта «Ü» 猫", memoryBytes: 8_589_934_592 },
    trainSampleCount: 10_000,
    validationSampleCount: 1_500,
    epochs: 10,
    loaderWorkers: 4,
    averageImageBytes: 115_000,
  };
  const bytes = { low: 0.1 + 0.2, likely: 9_007_199_254_740_991, high: 1e21, reason: "quotes \" ' and\nlines" };
  return {
    plan,
    estimate: {
      schemaVersion: 1,
      modelVersion: "test.1",
      plan,
      modelName: "ViT-B-32",
      gpu: { id: null, name: "Карта «Ü» 猫" },
      parameters: { total: 151_277_313, trainable: 1, image: 1, text: 1, other: 0 },
      flops: { forwardPerSample: 1, imageForwardPerSample: 1, textForwardPerSample: 0, step: 3 },
      memory: {
        allocatedPeakBytes: bytes,
        reservedPeakBytes: bytes,
        deviceBytes: bytes,
        usableBytes: 1,
        totalBytes: 2,
        verdict: "does_not_fit",
        headroomBytes: -1,
        peakPhase: "backward.text",
        atPeak: [],
        timeline: {
          eventCount: 0,
          event: [],
          operation: [],
          bytes: {
            weights: [],
            gradients: [],
            optimizer: [],
            "activations.image": [],
            "activations.text": [],
            loss: [],
            temporaries: [],
            runtime: [],
          },
          phases: [],
          peak: 0,
        },
        savedActivationBytes: 0,
        largestBatch: { batchSize: 0, multipleOf8: null, limitedBy: "weights" },
        byBatchSize: [],
        chapterBaseline: { bytes: null, note: "" },
      },
      negativesPerExample: 0,
      globalBatchSize: batchSize,
      assumptions: [],
      caveats: [],
    },
  };
}
