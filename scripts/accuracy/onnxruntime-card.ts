/** Steps that ran in ONNX Runtime's CUDA provider on one H100, with the models of one step and of two. */

import { readFileSync } from "node:fs";
import type { OnnxModel } from "../../lib/onnx/model";
import { parsePlan } from "../../lib/plan/parse-plan";
import type { MeasuredValidation } from "../../lib/profile/calibrate";
import { STEP_COUNTS } from "../../lib/profile/request-limits";
import { stepSeconds } from "../../lib/profile/statistics";
import type { Machine } from "../../lib/profile/validation";
import { unreachedRow } from "../../lib/profile/validation-row";
import { stepModel } from "../onnx/step-model";
import type { Role } from "./truth-rows";

const CARD_TRUTH = "truth/onnxruntime-h100.jsonl";

export interface CardRow {
  readonly key: string;
  readonly role: Role;
  readonly precision: "fp32" | "fp16";
  readonly seconds: number;
  readonly one: OnnxModel;
  readonly two: OnnxModel;
}

interface RecordedRow {
  readonly key: string;
  readonly machine: string;
  readonly driver: string;
  readonly batchSize: number;
  readonly runSecondsBySteps: Readonly<Record<string, readonly number[]>>;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  readonly stepSeconds: number;
}

/** Of both precisions, of host-bound and of card-bound steps. The other models, batches and options check them. */
const FIT = /^(vit-b-32-(full|partial|probe|lora)-b(16|64)-|vit-b-32-lora-b256-|small-vit)/;

export function cardRows(): CardRow[] {
  return recordedRows().map(({ key, plan, precision, stepSeconds }) => {
    const model = (stepCount: number) => stepModel(plan, precision, stepCount).model;
    return {
      key,
      role: FIT.test(key) ? "fit" : "check",
      precision,
      seconds: stepSeconds,
      one: model(1),
      two: model(2),
    };
  });
}

/** The same steps as the checks that a server on that machine would have kept, as far as they say something of the card. */
export function cardValidations(): MeasuredValidation[] {
  return recordedRows().map(({ machine, driver, plan, batchSize, runSecondsBySteps }) => {
    const parsed = parsePlan({ ...plan, gpu: machine });
    if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
    const [short, long] = STEP_COUNTS.map((stepCount) => ({
      stepCount,
      runSeconds: runSecondsBySteps[stepCount] ?? [],
    }));
    if (short === undefined || long === undefined) throw new Error("two models are timed");
    const { measured, ...row } = unreachedRow(batchSize, "");
    return {
      plan: parsed.plan,
      device: "cuda",
      machine: machineWith(machine, driver),
      rows: [{ ...row, outcome: "measured", measured: { ...measured, stepSeconds: stepSeconds(short, long) } }],
    };
  });
}

/** What else the machine had was not recorded, and no calibration reads it. */
function machineWith(name: string, driverVersion: string): Machine {
  const unknown = { memoryTotalBytes: 0, coreCount: 0, memoryAvailableBytes: 0, threadCount: 0 };
  return {
    ...unknown,
    platform: "",
    cpuName: "",
    gpu: { name, driverVersion, computeCapability: null, memoryTotalBytes: 0, memoryFreeBytes: 0, otherUsers: [] },
    noGpu: null,
    versions: { node: "", onnxruntime: "", headroom: "" },
  };
}

function recordedRows(): RecordedRow[] {
  const lines = readFileSync(CARD_TRUTH, "utf8").split("\n").filter(Boolean);
  // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept beside this program.
  return lines.map((line) => JSON.parse(line) as RecordedRow);
}
