/** Devices as validations describe them, with made-up seconds: of each step what is predicted, times a factor. */

import { resolveGpu } from "@/lib/catalogue/gpus";
import { secondsOf } from "@/lib/engine/onnxruntime/step-load";
import { parsePlan } from "@/lib/plan/parse-plan";
import { assumedRates } from "@/lib/profile/assumed-rates";
import type { DeviceKey } from "@/lib/profile/device-key";
import { stepLoadOf } from "@/lib/profile/predict-seconds";
import { stepGraph } from "@/lib/profile/step-model";
import type { Device, Machine, Validation, ValidationRow } from "@/lib/profile/validation";
import { unreachedRow } from "@/lib/profile/validation-row";

export const SMALL = {
  embed_dim: 32,
  vision_cfg: { image_size: 32, layers: 2, width: 64, patch_size: 8, head_width: 32 },
  text_cfg: { context_length: 8, vocab_size: 512, width: 64, heads: 2, layers: 1 },
};
export const BATCHES = [2, 64] as const;

export function parsed(fields: object) {
  const answer = parsePlan({ model: "ViT-B-32", gpu: "h100-sxm5-80gb", ...fields });
  if (!answer.ok) throw new Error(answer.issues.map(({ message }) => message).join());
  return answer;
}

export const small = parsed({ model: SMALL, precision: "fp32" });
export const graph = stepGraph(small);

export function card(id: string) {
  const found = resolveGpu(id);
  if (!found.ok) throw new Error(id);
  return found.gpu;
}

export const CPU = { device: "cpu", cpuName: "A processor", threadCount: 2 } as const satisfies DeviceKey;
export const H100: DeviceKey = { device: "cuda", gpu: card("h100-sxm5-80gb") };
export const A100: DeviceKey = { device: "cuda", gpu: card("a100-sxm4-80gb") };

export function machineOf(key: DeviceKey): Machine {
  const gpu = key.device === "cuda" ? key.gpu : null;
  return {
    platform: "linux-x64",
    cpuName: "A processor",
    coreCount: 2,
    memoryTotalBytes: 1,
    memoryAvailableBytes: 1,
    gpu:
      gpu === null
        ? null
        : {
            name: gpu.name,
            driverVersion: "1",
            computeCapability: null,
            memoryTotalBytes: 1,
            memoryFreeBytes: 1,
            otherUsers: [],
          },
    noGpu: gpu === null ? "none" : null,
    threadCount: 2,
    versions: { node: "", onnxruntime: "", headroom: "" },
  };
}

export function predicted(batchSize: number, device: Device, key: DeviceKey): number {
  const rates = assumedRates(key.device === "cuda" ? key.gpu : null, "fp32");
  if (rates === null) throw new Error("no rates");
  return secondsOf(stepLoadOf(graph, { batchSize, precision: "fp32", device }), rates);
}

/** @param slowness measured over predicted seconds, by batch size */
export function validationOn(
  key: DeviceKey,
  slowness: readonly number[],
  overheadBytes: number | null = null,
): Validation {
  const rows = BATCHES.slice(0, slowness.length).map((batchSize, i): ValidationRow => {
    const seconds = predicted(batchSize, key.device, key) * (slowness[i] ?? 1);
    const row = unreachedRow(batchSize, "");
    const device =
      overheadBytes === null ? row.measured.deviceBytes : ({ kind: "measured", value: overheadBytes + 1000 } as const);
    return {
      ...row,
      outcome: "measured",
      measured: {
        ...row.measured,
        arenaBytes: { kind: "measured", value: 1000 },
        deviceBytes: device,
        stepSeconds: { kind: "measured", median: seconds, low: seconds, high: seconds, runs: [] },
      },
    };
  });
  const none = { kind: "not_fitted", why: "" } as const;
  return {
    schemaVersion: 1,
    id: "v",
    createdAt: "2026-11-27T00:00:00Z",
    startedAt: null,
    endedAt: null,
    state: { kind: "done" },
    remarks: [],
    plan: small.plan,
    device: key.device,
    batchSizes: BATCHES,
    repeats: 3,
    timeLimitSeconds: 60,
    machine: machineOf(key),
    rows,
    lines: { inUsePeakBytes: none, stepSeconds: none },
    wallSeconds: 1,
  };
}
