import { MB } from "../../units";
import type { BaselineAnswer, BaselineInput } from "./baseline";

/** fp32 weight, gradient and the two moments of Adam. */
const TRAINED_BYTES = 16;
const FROZEN_BYTES = 4;
/** Assumed: a round figure near what one image and its text keep in ViT-B/16 under mixed precision. */
const BYTES_PER_SAMPLE = 100 * MB;

/**
 * The linear rule of thumb: so many bytes per parameter plus so many per sample. The 16 bytes are the model states of
 * Adam in fp32; the bytes per sample are assumed, since the rule is handed on without a source.
 *
 * @returns bytes
 * @source arXiv:1910.02054 §3.1 for the 16 bytes; the bytes per sample are an assumption
 */
export function ruleOfThumbMemory({
  plan,
  parameterCount,
  trainableCount,
}: Omit<BaselineInput, "architecture">): BaselineAnswer {
  const states = trainableCount * TRAINED_BYTES + (parameterCount - trainableCount) * FROZEN_BYTES;
  return {
    bytes: states + plan.perDeviceBatchSize * BYTES_PER_SAMPLE,
    note: "16 bytes per trained parameter, 4 per frozen one and 100 MB per sample, whatever the model or the strategy.",
  };
}
