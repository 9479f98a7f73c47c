/** Steps that ran on an H100, from the truth, as the validations that a server there would have kept. */

import { readFileSync } from "node:fs";
import { parsePlan } from "@/lib/plan/parse-plan";
import { loadCounting } from "@/lib/profile/load-counting";
import { stepLoadOf } from "@/lib/profile/predict-seconds";
import { STEP_COUNTS } from "@/lib/profile/request-limits";
import { matrixPrecision } from "@/lib/profile/runnable-plan";
import { fitLine, stepSeconds } from "@/lib/profile/statistics";
import { stepGraph } from "@/lib/profile/step-model";
import type { Machine, ValidationRequest, ValidationResult } from "@/lib/profile/validation";
import { unmeasuredStep, unreachedRow } from "@/lib/profile/validation-row";
import { GIB } from "@/lib/units";

interface RecordedRow {
  readonly key: string;
  readonly machine: string;
  readonly driver: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly batchSize: number;
  readonly memory: { readonly inUsePeakBytes: number; readonly arenaBytes: number };
  readonly losses: readonly number[];
  readonly runSecondsBySteps: Readonly<Record<"1" | "3", readonly number[]>>;
}

export interface RanValidation {
  readonly request: ValidationRequest;
  readonly result: ValidationResult;
}

/** @param keys  which rows, such as `vit-b-32-full-b64-fp32`; all of them where none is named */
export function h100Validations(...keys: readonly string[]): RanValidation[] {
  const lines = readFileSync("truth/onnxruntime-h100.jsonl", "utf8").split("\n").filter(Boolean);
  // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept in the repository.
  const rows = lines.map((line) => JSON.parse(line) as RecordedRow);
  return rows.filter(({ key }) => keys.length === 0 || keys.includes(key)).map(validationOf);
}

function validationOf({ machine, driver, plan, batchSize, memory, losses, runSecondsBySteps }: RecordedRow) {
  const parsed = parsePlan({ ...plan, gpu: "h100-sxm5-80gb" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const graph = stepGraph(parsed);
  const how = { batchSize, precision: matrixPrecision(parsed.plan), device: "cuda" } as const;
  const [short, long] = STEP_COUNTS.map((stepCount) => ({ stepCount, runSeconds: runSecondsBySteps[stepCount] }));
  if (short === undefined || long === undefined) throw new Error("two models are timed");
  const row = {
    ...unreachedRow(batchSize, ""),
    outcome: "measured" as const,
    reason: null,
    losses,
    load: { ...stepLoadOf(graph, how), countedBy: loadCounting("cuda") },
    measured: {
      ...unmeasuredStep("it was not recorded"),
      inUsePeakBytes: { kind: "measured" as const, value: memory.inUsePeakBytes },
      arenaBytes: { kind: "measured" as const, value: memory.arenaBytes },
      stepSeconds: stepSeconds(short, long),
    },
  };
  const none = fitLine([]);
  return {
    request: {
      plan: parsed.plan,
      device: "cuda" as const,
      batchSizes: [batchSize],
      repeats: short.runSeconds.length,
      timeLimitSeconds: 600,
    },
    result: {
      machine: machineOf(machine, driver),
      rows: [row],
      lines: { inUsePeakBytes: none, stepSeconds: none },
      wallSeconds: 10,
    },
  };
}

function machineOf(name: string, driverVersion: string): Machine {
  const gpu = { name, driverVersion, computeCapability: "9.0", memoryTotalBytes: 80 * GIB, memoryFreeBytes: 79 * GIB };
  return {
    platform: "linux x64",
    cpuName: "a processor that was not recorded",
    coreCount: 16,
    memoryTotalBytes: 128 * GIB,
    memoryAvailableBytes: 120 * GIB,
    gpu: { ...gpu, otherUsers: [] },
    noGpu: null,
    threadCount: 16,
    versions: { node: "20.20.2", onnxruntime: "1.29.0", headroom: "2026.11.2" },
  };
}
