import type { DataOverview } from "@/lib/api/data-overview";
import { KB } from "@/lib/units";
import type { DataParameter } from "./fields";

export type FilledIn = Readonly<Partial<Record<DataParameter, string>>>;

/** What an answer filled in for fields that were left open, as a person would type it. */
export function filledInBy(overview: DataOverview): FilledIn {
  const { request } = overview.requirement;
  const { search, plan, images } = overview;
  const percent = (fraction: number) => String(Number((fraction * 100).toPrecision(6)));
  return {
    task: request.task,
    strategy: request.strategy,
    shift: request.domainShift,
    halfWidth: percent(request.split.halfWidth),
    confidence: percent(request.split.confidence),
    testShare: percent(request.split.testFraction),
    method: request.annotation.method,
    objects: String(request.annotation.objectsPerImage),
    redundancy: String(request.annotation.redundancy),
    imageKb: String(request.averageImageBytes / KB),
    seconds: "ours",
    labelPrice: "list prices",
    hourPrice: "none",
    pilotTest: "not said",
    ...(images === null ? {} : { images: String(images.count) }),
    model: typeof plan.model === "string" ? plan.model : "",
    gpu: typeof plan.gpu === "string" ? plan.gpu : "",
    batch: String(plan.perDeviceBatchSize),
    epochs: String(plan.epochs),
    ...(search === null
      ? {}
      : {
          trials: String(search.trialCount),
          trialEpochs: String(search.epochsPerTrial),
          pruner: search.pruner.kind,
          difference: percent(search.winner.smallestDifference),
        }),
  };
}
