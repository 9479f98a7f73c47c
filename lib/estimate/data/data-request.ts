import type { AnnotationMethod } from "../../catalogue/annotation";
import type { DataTask, DomainShift } from "../baselines/chapter-data";
import type { DataStrategy } from "./data-strategies";
import type { PilotPoint } from "./pilot";

/** In what samples are counted: for classes, or in all. */
export type SampleUnit = "shotsPerClass" | "images";

/** What a user knows about a task and asks about data: complete, every default filled in. */
export interface DataRequest {
  readonly task: DataTask;
  /** Null where the task has no classes or their number was not said. */
  readonly classCount: number | null;
  readonly strategy: DataStrategy;
  /** As given; published slopes do not tell models apart, so it changes no figure. */
  readonly model: string | null;
  readonly domainShift: DomainShift;
  /** Null when only accuracies at some sizes are asked for. */
  readonly targetAccuracy: number | null;
  /** Of the same model on the same task, before any training. */
  readonly zeroShotAccuracy: number | null;
  readonly unit: SampleUnit;
  /** In `unit`; as given, repeats not joined. */
  readonly pilot: readonly PilotPoint[];
  /** Images that the pilot's accuracies were measured on. */
  readonly pilotTestSampleCount: number | null;
  /** Sizes in `unit` at which accuracy is asked for. */
  readonly predictAt: readonly number[];
  readonly split: SplitWish;
  readonly annotation: AnnotationWish;
  readonly averageImageBytes: number;
  /** Training speed that loading has to keep up with; null when it is not known. */
  readonly samplesPerSecond: number | null;
}

export interface SplitWish {
  /** How far off the measured accuracy may be, as a fraction: 0.02 is two points either way. */
  readonly halfWidth: number;
  readonly confidence: number;
  /** Share of the images that a percentage split would test on, to be judged. */
  readonly testFraction: number;
}

export interface AnnotationWish {
  readonly method: AnnotationMethod;
  /** Boxes or masks in an image; 1 where whole images are labelled. */
  readonly objectsPerImage: number;
  /** People who label each item independently. */
  readonly redundancy: number;
  /** Null: the catalogue's time of the method. */
  readonly secondsPerUnit: number | null;
  /** Null: vendors' list prices. */
  readonly usdPerUnit: number | null;
  readonly usdPerHour: number | null;
}
