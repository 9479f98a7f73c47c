import type { GpuSpec } from "../../../lib/catalogue/gpus";

/** What the model and the formulas it is compared with need of one row. */
export interface RowWork {
  readonly gpu: GpuSpec;
  /** Seconds of one step, or of one forward pass for inference, before an era's efficiency. */
  readonly seconds: number;
  /** Seconds of collectives that nothing hides; an era's attention does not change them. */
  readonly exposedSeconds: number;
  /** Seconds of processor cores that prepare the images of a step; null where images were at hand. */
  readonly loadingCoreSeconds: number | null;
  /** FLOPs without recomputation. */
  readonly flops: number;
  readonly parameterCount: number;
  readonly peakFlopsPerSecond: number;
}
