import type { Precision } from "../../plan/plan";
import type { BaselineAnswer, BaselineInput } from "./baseline";

const FP32_BYTES = 4;

/**
 * Times the fp32 weights that the estimator puts at the peak of an Adam step: weights, gradients and two moments in
 * fp32; in mixed precision its peak is the step's, which it sets to the two moments alone.
 */
const STEP_MULTIPLE: Readonly<Record<Precision, number>> = { fp32: 4, amp: 2, amp_bf16: 2, bf16: 2 };

/**
 * What Hugging Face Accelerate's memory estimator (`accelerate estimate-memory` and the "model memory utility" space)
 * gives as the peak of training with Adam. It looks at the model alone: batch, resolution, strategy, optimizer and
 * checkpointing do not enter, nor do activations.
 *
 * @returns bytes
 * @source huggingface.co/docs/accelerate/usage_guides/model_size_estimator; the multiples per stage and precision as in
 *   the space's automated model reports, such as timm/vit_large_patch16_384.augreg_in21k_ft_in1k discussion 1
 */
export function accelerateMemory({
  parameterCount,
  plan,
}: Pick<BaselineInput, "parameterCount" | "plan">): BaselineAnswer {
  return {
    bytes: parameterCount * FP32_BYTES * STEP_MULTIPLE[plan.precision],
    note: "Model size times four in fp32, times two in mixed precision; no activations, every parameter trained with Adam.",
  };
}
