import { TriangleAlert } from "lucide-react";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import { formatAccuracy, formatCount, formatPoints } from "@/lib/format";

/** Images for training, choosing and judging, sized by what they must tell apart. */
export function SplitCard({ requirement }: { requirement: DataRequirement }) {
  const { split } = requirement;
  if (split === null) {
    return (
      <section aria-labelledby="split-title" className="panel p-4 sm:p-6">
        <h3 id="split-title" className="text-lg font-semibold tracking-tight">
          The test set depends on the accuracy it is to measure
        </h3>
        <p className="mt-1 text-sm text-muted">Give a target or a pilot.</p>
      </section>
    );
  }
  const count = (value: number | null) => (value === null ? "not established" : formatCount(value));
  return (
    <section aria-labelledby="split-title" className="panel p-4 sm:p-6">
      <h3 id="split-title" className="text-lg font-semibold tracking-tight">
        {split.testSampleCount === null
          ? "No test set is large enough"
          : `${formatCount(split.testSampleCount)} test images tell ${formatAccuracy(split.accuracy)} to ± ${formatPoints(split.halfWidth)}`}
      </h3>
      <dl className="mt-3 grid grid-cols-3 gap-x-4 text-sm">
        {[
          { label: "Training", value: split.trainSampleCount },
          { label: "Validation", value: split.validationSampleCount },
          { label: "Test", value: split.testSampleCount },
        ].map(({ label, value }) => (
          <div key={label}>
            <dt className="text-muted">{label}</dt>
            <dd className="text-lg font-semibold">{count(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-sm">{split.reason}</p>
      <p className="mt-1 text-sm">
        Two models tested on these images must differ by {formatPoints(split.smallestVisibleDifference)} to be told
        apart.
      </p>
      {split.byPercentage !== null && (
        <p
          className={`mt-2 flex items-start gap-2 rounded-md px-3 py-2 text-sm ${split.byPercentage.isTooSmall ? "bg-tight-soft" : "bg-sunken"}`}
        >
          {split.byPercentage.isTooSmall && (
            <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-tight" />
          )}
          {split.byPercentage.text}
        </p>
      )}
    </section>
  );
}
