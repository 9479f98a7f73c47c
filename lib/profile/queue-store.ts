import type { Device, ValidationProgress, ValidationRequest, ValidationResult, ValidationState } from "./validation";

/** A run that was taken from the queue by this process. */
export interface ClaimedValidation {
  readonly id: string;
  readonly request: ValidationRequest;
}

/** How far a run is. */
export interface ValidationNews {
  readonly result: ValidationResult;
  readonly progress: ValidationProgress;
}

/** A run that some process says it is at. */
export interface RunningValidation {
  readonly id: string;
  readonly owner: string;
  /** When the owner was last heard of. */
  readonly aliveAt: Date;
}

export type EndState = Exclude<ValidationState, { readonly kind: "queued" | "running" }>;

/** What the queue needs of the place where validations are kept. All processes of a server share it. */
export interface QueueStore {
  /** The run that waits longest on this device of this machine; null when none waits or one is running. */
  claim(host: string, device: Device, owner: string): Promise<ClaimedValidation | null>;
  /**
   * Says that the owner is alive and, where there is news, how far the run is.
   *
   * @returns whether to go on: `lost` when somebody took the run for abandoned
   */
  keepAlive(id: string, owner: string, news: ValidationNews | null): Promise<"continue" | "cancel" | "lost">;
  /**
   * @param result  null: what was told last stays
   * @returns false when the run was lost to somebody who took it for abandoned
   */
  finish(id: string, owner: string, result: ValidationResult | null, state: EndState): Promise<boolean>;
  running(host: string): Promise<readonly RunningValidation[]>;
  /** Marks a run whose owner is gone, unless the owner was heard of since. */
  interrupt(run: RunningValidation, reason: string): Promise<void>;
}
