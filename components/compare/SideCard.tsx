import { timeAndCostSentence } from "@/components/answer/time-words";
import { VERDICT_TONES, VerdictIcon } from "@/components/answer/VerdictIcon";
import { verdictFigures, verdictHeadline } from "@/components/answer/words";
import { linkTo } from "@/components/planner/links";
import { type Measured, type MeasuredOffer, measuredQuery } from "@/components/planner/measured";
import { useByteUnit } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";
import { SideMeasured } from "./SideMeasured";
import type { Side } from "./sides";

/** The verdict of one plan, with the ways to change it and to see all of it. */
export function SideCard({
  side,
  estimate,
  measured,
  offers,
  isEdited,
  onEdit,
  onMeasured,
}: {
  side: Side;
  estimate: Estimate;
  measured: Measured | null;
  offers: readonly MeasuredOffer[];
  /** Whether the form changes this plan. */
  isEdited: boolean;
  onEdit: () => void;
  onMeasured: (measured: Measured | null) => void;
}) {
  const unit = useByteUnit();
  const name = `Plan ${side.toUpperCase()}`;
  const { verdict } = estimate.memory;
  const tone = VERDICT_TONES[verdict];
  const link = linkTo(estimate.plan);
  return (
    <section
      aria-labelledby={`side-${side}-name side-${side}`}
      className={`panel flex flex-col ${isEdited ? "border-accent" : ""}`}
    >
      <div className={`grow rounded-t-[inherit] px-4 py-3 sm:px-5 sm:py-4 ${tone.soft}`}>
        <p id={`side-${side}-name`} className="text-sm font-medium text-muted">
          {name} · {estimate.modelName}
        </p>
        <h3
          id={`side-${side}`}
          className={`mt-0.5 flex items-start gap-2 text-xl font-semibold tracking-tight ${tone.text}`}
        >
          <VerdictIcon verdict={verdict} className="mt-1 size-5" />
          {verdictHeadline(estimate)}
        </h3>
        <p className="mt-1 font-medium tabular-nums">{verdictFigures(estimate.memory, unit)}</p>
      </div>
      <div className="border-t border-line px-4 py-3 sm:px-5">
        <p className="text-sm tabular-nums">
          {timeAndCostSentence(estimate) ?? `No time: ${estimate.noTime?.reason ?? "it was not estimated."}`}
        </p>
        <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
          <button type="button" className="link" onClick={onEdit}>
            {isEdited ? "The form changes this plan" : `Change plan ${side.toUpperCase()}`}
          </button>
          {link !== null && (
            <a className="link" href={`${link}${measuredQuery(measured)}`}>
              All of plan {side.toUpperCase()}
            </a>
          )}
        </p>
        <SideMeasured estimate={estimate} measured={measured} offers={offers} onChange={onMeasured} />
      </div>
    </section>
  );
}
