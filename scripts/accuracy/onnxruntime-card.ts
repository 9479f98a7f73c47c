/** Steps that ran in ONNX Runtime's CUDA provider on one H100, with the models of one step and of two. */

import { readFileSync } from "node:fs";
import type { OnnxModel } from "../../lib/onnx/model";
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
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  readonly stepSeconds: number;
}

/** Of both precisions, of host-bound and of card-bound steps. The other models, batches and options check them. */
const FIT = /^(vit-b-32-(full|partial|probe|lora)-b(16|64)-|vit-b-32-lora-b256-|small-vit)/;

export function cardRows(): CardRow[] {
  const lines = readFileSync(CARD_TRUTH, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept beside this program.
    const { key, plan, precision, stepSeconds } = JSON.parse(line) as RecordedRow;
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
