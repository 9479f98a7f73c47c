import type { DataOverview } from "@/lib/api/data-overview";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import { formatCount, formatFigure, formatRoughSeconds, formatSecondsRange, formatUsd } from "@/lib/format";
import { Source } from "./Source";
import { TermRow } from "./TermRow";
import { diskBytes, usdRange } from "./words";

/** Hours and money of labelling, and room on a disk, for all images of the split. */
export function LabellingCard({
  requirement,
  loading,
}: {
  requirement: DataRequirement;
  loading: DataOverview["loading"];
}) {
  const { annotation, nextAnnotation, storage } = requirement;
  const effort = annotation ?? nextAnnotation;
  if (effort === null) {
    return (
      <section aria-labelledby="labelling-title" className="panel p-4 sm:p-6">
        <h3 id="labelling-title" className="text-lg font-semibold tracking-tight">
          What labelling takes follows from the number of images
        </h3>
        <p className="mt-1 text-sm text-muted">
          It is not established yet; with a number of classes the next round can be priced.
        </p>
      </section>
    );
  }
  return (
    <section aria-labelledby="labelling-title" className="panel p-4 sm:p-6">
      <h3 id="labelling-title" className="text-lg font-semibold tracking-tight">
        Labelling {formatCount(effort.imageCount)} images: {formatRoughSeconds(effort.seconds.likely)} of work
        {effort.costUsd !== null && `, about ${formatUsd(effort.costUsd.likely)}`}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        {effort.label}.{" "}
        {annotation === null
          ? "For the next round: the whole is not established."
          : "Training, validation and test together."}
      </p>
      <div className="mt-3 divide-y divide-line border-y border-line">
        <TermRow
          label="Time of people"
          value={formatSecondsRange(effort.seconds)}
          status={effort.status === "given" ? "yours" : effort.status}
          term={effort.secondsTerm}
        >
          <p>
            Range: {effort.seconds.reason}. {effort.note}
          </p>
        </TermRow>
        {effort.costUsd !== null && (
          <TermRow
            label="Cost"
            value={usdRange(effort.costUsd)}
            status={effort.prices.length === 0 ? "yours" : "estimated"}
            term={effort.costTerm}
          >
            <p>Range: {effort.costUsd.reason}.</p>
            {effort.prices.length > 0 && (
              <ul>
                {effort.prices.map(({ vendor, usdPerUnit, asOf, source }) => (
                  <li key={vendor}>
                    {vendor}: {formatUsd(usdPerUnit)} each, list of {asOf}, <Source id={source} />
                  </li>
                ))}
              </ul>
            )}
          </TermRow>
        )}
        {storage !== null && (
          <TermRow label="Room on a disk" value={diskBytes(storage.bytes)} status="estimated" term={storage.term}>
            {loading !== null && (
              <p>
                At {formatFigure(loading.samplesPerSecond)} images a second,{" "}
                {loading.from === "given" ? "as you gave it" : "the estimated speed of training"}, it must give{" "}
                {diskBytes(loading.bytesPerSecond)} a second.
              </p>
            )}
          </TermRow>
        )}
      </div>
      {effort.costUsd === null && (
        <p className="mt-2 text-sm">
          No vendor lists a price for this work: give your price for one label or your rate for an hour.
        </p>
      )}
    </section>
  );
}
