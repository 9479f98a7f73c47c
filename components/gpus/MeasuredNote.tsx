import { Ruler } from "lucide-react";
import { sentence } from "@/components/answer/MeasuredCard";
import { MeasuredSwitch } from "@/components/planner/MeasuredSwitch";
import { type Measured, type MeasuredOffer, offerText } from "@/components/planner/measured";
import type { Recommendation } from "@/lib/estimate/recommendation";
import { formatCount, formatPercent } from "@/lib/format";

/** Measurements of one card among many: that its rows rest on them, the switch that takes them out, and those to be had. */
export function MeasuredNote({
  recommendation: { calibration, noCalibration },
  measured,
  offers,
  onChange,
}: {
  recommendation: Recommendation;
  measured: Measured | null;
  offers: readonly MeasuredOffer[];
  onChange: (measured: Measured | null) => void;
}) {
  const isUsed = measured?.isOn === true && calibration !== undefined;
  const others = offers.filter(
    ({ gpuId, text }) => text !== measured?.text && !(isUsed && gpuId === calibration.gpuId),
  );
  if (measured === null && others.length === 0) return null;
  return (
    <section aria-label="Measurements of a card" className="panel flex gap-3 p-4 text-sm">
      <Ruler aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />
      <div className="min-w-0 space-y-2">
        {measured !== null && (
          <div className="space-y-1.5">
            <p>
              {measured.isOn
                ? restsOn(calibration, noCalibration)
                : "Every figure rests on what is assumed of the cards."}
            </p>
            <MeasuredSwitch measured={measured} onChange={onChange} />
          </div>
        )}
        {others.map((offer) => (
          <p key={offer.text}>
            {offerText(offer)}{" "}
            <button type="button" className="link" onClick={() => onChange({ text: offer.text, isOn: true })}>
              Use these measurements
            </button>
          </p>
        ))}
      </div>
    </section>
  );
}

function restsOn(calibration: Recommendation["calibration"], why: string | undefined): string {
  // The figures with them are on their way.
  if (calibration === undefined) return why === undefined ? "The figures are worked out anew…" : sentence(why);
  const { gpu, measurementCount, spread } = calibration;
  return (
    `The rows of ${gpu} rest on ${formatCount(measurementCount)} steps timed on it, within ${formatPercent(spread)} of ` +
    "what is predicted with them in the median. Those of every other card are as assumed, so that part of a difference may be that alone."
  );
}
