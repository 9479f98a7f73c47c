import type { DataOverview } from "@/lib/api/data-overview";
import { zeroShotReaches } from "@/lib/estimate/data/data-need";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import { formatCount, formatRoughSeconds } from "@/lib/format";
import { hasEnoughForNext, havingWords, sizeWords, usdRange } from "./words";

/** What to do next, and what that takes. */
export function NextCard({ overview }: { overview: DataOverview }) {
  const { requirement } = overview;
  const { nextRound, nextAnnotation, request, zeroShot } = requirement;
  if (request.strategy === "zero_shot") return null;
  if (zeroShotReaches(request)) return <TestZeroShot requirement={requirement} />;
  const having = havingWords(overview);
  const trainAt = nextRound.trainAt.map((size) => formatCount(size)).join(", ");
  return (
    <section aria-labelledby="next-title" className="panel p-4 sm:p-6">
      <h3 id="next-title" className="text-lg font-semibold tracking-tight">
        {nextRound.size === null
          ? "Next: train on what you have, and test"
          : `Next: have ${sizeWords(nextRound.size, request.unit)}${
              request.unit === "shotsPerClass" && nextRound.images !== null
                ? `, ${formatCount(nextRound.images)} in all`
                : ""
            }`}
      </h3>
      <p className="mt-1">{nextRound.why}</p>
      <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
        {having !== null && <li>{having}</li>}
        {nextAnnotation !== null && !hasEnoughForNext(overview) && (
          <li>
            Label {formatCount(nextAnnotation.imageCount)} {request.pilot.length === 0 ? "" : "more "}images:{" "}
            {formatRoughSeconds(nextAnnotation.seconds.likely)}
            {nextAnnotation.costUsd !== null && `, ${usdRange(nextAnnotation.costUsd)}`}.
          </li>
        )}
        {nextRound.size !== null && nextRound.trainAt.length > 1 && (
          <li>
            Train at {trainAt} {request.unit === "images" ? "images" : "images of each class"}, with the same test set,
            and enter each accuracy as a row of the pilot.
          </li>
        )}
        {request.zeroShotAccuracy === null && <li>{zeroShot.text}</li>}
      </ul>
    </section>
  );
}

/** Where zero-shot is enough, all that is left is to be sure of it. */
function TestZeroShot({ requirement: { split } }: { requirement: DataRequirement }) {
  const on = split?.testSampleCount == null ? "more images" : `${formatCount(split.testSampleCount)} labelled images`;
  return (
    <section aria-labelledby="next-title" className="panel p-4 sm:p-6">
      <h3 id="next-title" className="text-lg font-semibold tracking-tight">
        Next: be sure of the zero-shot accuracy
      </h3>
      <p className="mt-1">
        Test it on {on}, and train only if you then want more than it gives: set the target higher to see what that
        takes.
      </p>
    </section>
  );
}
