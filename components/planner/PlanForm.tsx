"use client";

import { useMemo } from "react";
import { FormSection, MoreFields } from "@/components/ui/FormParts";
import { STRATEGY_DEFAULTS } from "@/lib/plan/defaults";
import type { Implementation, Issue, Plan } from "@/lib/plan/plan";
import { KB, MB } from "@/lib/units";
import type { Option } from "./answers";
import { BatchField } from "./BatchField";
import { SegmentedField, SelectField, SwitchField } from "./ChoiceField";
import type { FieldPath } from "./field-texts";
import { PlanFormContext } from "./form-context";
import { GpuField } from "./GpuField";
import { issuesByField } from "./issues";
import { ModelField } from "./ModelField";
import { NumberField } from "./NumberField";
import { type PlanInput, valueAt } from "./plan-input";
import { StrategyField } from "./StrategyField";

const PRECISIONS: Record<Implementation, readonly { value: string; label: string }[]> = {
  open_clip: [
    { value: "amp_bf16", label: "amp_bf16: mixed, bf16" },
    { value: "amp", label: "amp: mixed, fp16" },
    { value: "bf16", label: "bf16: everything" },
    { value: "fp32", label: "fp32: everything" },
  ],
  transformers: [
    { value: "amp_bf16", label: "bf16=True: mixed, bf16" },
    { value: "amp", label: "fp16=True: mixed, fp16" },
    { value: "bf16", label: "dtype=bfloat16: everything" },
    { value: "fp32", label: "fp32: everything" },
  ],
};

const OPTIMIZERS = [
  { value: "adamw", label: "AdamW" },
  { value: "adamw_fused", label: "AdamW, fused" },
  { value: "adamw_8bit", label: "AdamW, 8-bit state" },
  { value: "sgd", label: "SGD, momentum 0.9" },
];

const ATTENTIONS = [
  { value: "sdpa", label: "sdpa: PyTorch's fused kernels" },
  { value: "math", label: "math: sdpa without fused kernels" },
  { value: "eager", label: "eager: plain matrix products" },
];

const SHARDINGS = [
  { value: "none", label: "none: every GPU holds everything" },
  { value: "zero1", label: "ZeRO 1: optimizer state" },
  { value: "zero2", label: "ZeRO 2: gradients too" },
  { value: "zero3", label: "ZeRO 3, FSDP: parameters too" },
];

const RUN_FIELDS = [
  "validationSampleCount",
  "samplesSeen",
  "checkpointEveryEpochs",
  "loaderWorkers",
  "averageImageBytes",
  "storageBytesPerSecond",
  "pricePerGpuHour",
] as const satisfies readonly FieldPath[];
const SEVERAL_GPU_FIELDS = ["sharding", "localLoss", "gatherWithGrad"] as const satisfies readonly FieldPath[];
const STEP_FIELDS = [
  "gradAccumulationSteps",
  "attention",
  "imageSize",
  "contextLength",
] as const satisfies readonly FieldPath[];

/** Every field of a plan, the ones people change most first. */
export function PlanForm({
  input,
  plan,
  issues,
  models,
  gpus,
  largestThatFits,
  onChange,
}: {
  input: PlanInput;
  /** What is filled in for fields that were not given. */
  plan: Plan;
  issues: readonly Issue[];
  models: readonly Option[];
  gpus: readonly Option[];
  largestThatFits: number | null;
  onChange: (path: string, value: unknown) => void;
}) {
  const form = useMemo(() => {
    const read = (path: string) => valueAt(input, path) ?? filledIn(input, plan, path);
    const byField = issuesByField(issues, {
      strategy: read("strategy.kind"),
      hasOwnGpu: typeof read("gpu") === "object",
    });
    const implementation: Implementation = read("implementation") === "transformers" ? "transformers" : "open_clip";
    return { read, set: onChange, issuesAt: (path: string) => byField.get(path) ?? [], implementation };
  }, [input, plan, issues, onChange]);
  const hasIssue = (paths: readonly FieldPath[]) => issues.some((issue) => paths.some((path) => path === issue.path));
  const fallbackModel = typeof plan.model === "string" ? plan.model : (models[0]?.value ?? "");
  const fallbackGpu = typeof plan.gpu === "string" ? plan.gpu : (gpus[0]?.value ?? "");

  return (
    <PlanFormContext value={form}>
      <form aria-label="Plan" onSubmit={(event) => event.preventDefault()} noValidate className="divide-y divide-line">
        <FormSection>
          <ModelField models={models} fallback={fallbackModel} />
          <SegmentedField
            path="implementation"
            choices={[
              { value: "open_clip", label: "open_clip" },
              { value: "transformers", label: "transformers" },
            ]}
          />
        </FormSection>
        <FormSection>
          <StrategyField />
        </FormSection>
        <FormSection>
          <BatchField largestThatFits={largestThatFits} />
          <SelectField path="precision" choices={PRECISIONS[form.implementation]} />
          <SwitchField path="gradCheckpointing" />
          <SelectField path="optimizer" choices={OPTIMIZERS} />
        </FormSection>
        <FormSection>
          <GpuField gpus={gpus} fallback={fallbackGpu} />
          <NumberField path="deviceCount" />
        </FormSection>
        <FormSection>
          <div className="grid grid-cols-2 items-start gap-4">
            <NumberField path="trainSampleCount" />
            <NumberField path="epochs" />
          </div>
        </FormSection>
        <MoreFields title="Data, checkpoints, price" isWrong={hasIssue(RUN_FIELDS)}>
          <NumberField path="validationSampleCount" />
          <NumberField path="samplesSeen" />
          <NumberField path="checkpointEveryEpochs" />
          <NumberField path="loaderWorkers" />
          <NumberField path="averageImageBytes" scale={KB} />
          <NumberField path="storageBytesPerSecond" scale={MB} />
          <NumberField path="pricePerGpuHour" />
        </MoreFields>
        <MoreFields title="Several GPUs" isWrong={hasIssue(SEVERAL_GPU_FIELDS)}>
          <SelectField path="sharding" choices={SHARDINGS} />
          <SwitchField path="localLoss" />
          <SwitchField path="gatherWithGrad" />
        </MoreFields>
        <MoreFields title="Accumulation, attention, sizes" isWrong={hasIssue(STEP_FIELDS)}>
          <NumberField path="gradAccumulationSteps" />
          <SelectField path="attention" choices={ATTENTIONS} />
          <NumberField path="imageSize" />
          <NumberField path="contextLength" />
        </MoreFields>
      </form>
    </PlanFormContext>
  );
}

/** What applies where nothing was given. The last answer's strategy or card says nothing about another one. */
function filledIn(input: PlanInput, plan: Plan, path: string): unknown {
  const kind = valueAt(input, "strategy.kind");
  if (path.startsWith("strategy.") && kind !== undefined && kind !== plan.strategy.kind) {
    return valueAt({ strategy: valueAt(STRATEGY_DEFAULTS, String(kind)) }, path);
  }
  return path.startsWith("gpu.") && input.gpu !== undefined ? undefined : valueAt(plan, path);
}
