import type { AttentionKernel, Implementation, Optimizer, Precision, Sharding } from "../../plan/plan";
import type { Card } from "./card";

/** How PyTorch is asked to run the step. */
export interface Settings {
  readonly implementation: Implementation;
  readonly precision: Precision;
  readonly optimizer: Optimizer;
  readonly attention: AttentionKernel;
  readonly card: Card;
  /** With one sample, [tokens, batch] and [batch, tokens] are the same memory and copies between them vanish. */
  readonly singleSample: boolean;
  /** Frozen parts are in eval mode, as a linear probe, partial and prompt tuning leave them. */
  readonly frozenInEvalMode: boolean;
  readonly deviceCount: number;
  readonly gradAccumulationSteps: number;
  readonly sharding: Sharding;
}
