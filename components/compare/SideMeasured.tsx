import { Ruler } from "lucide-react";
import { sentence } from "@/components/answer/MeasuredCard";
import { MeasuredSwitch } from "@/components/planner/MeasuredSwitch";
import { type MeasuredProps, offerFor, offerText } from "@/components/planner/measured";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatCount, formatSeconds } from "@/lib/format";

/** What the figures of one plan rest on: measurements of its card, or what is assumed of it where there are some to be had. */
export function SideMeasured({ estimate, measured, offers, onChange }: MeasuredProps) {
  const offer = measured === null ? offerFor(offers, estimate.gpu.id) : null;
  if (measured === null && offer === null) return null;
  return (
    <div className="mt-3 flex gap-2 border-t border-line pt-3 text-sm">
      <Ruler aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
      <div className="min-w-0 space-y-1.5">
        {measured !== null && (
          <>
            <p>{measured.isOn ? restsOn(estimate) : "Its figures are those that are assumed of the card."}</p>
            <MeasuredSwitch measured={measured} onChange={onChange} />
          </>
        )}
        {offer !== null && (
          <>
            <p>{offerText(offer)}</p>
            <button type="button" className="link" onClick={() => onChange({ text: offer.text, isOn: true })}>
              Use these measurements
            </button>
          </>
        )}
      </div>
    </div>
  );
}

function restsOn({ calibration, noCalibration }: Estimate): string {
  // The figures with them are on their way.
  if (calibration === undefined && noCalibration === undefined) return "Its figures are worked out anew…";
  if (calibration === undefined) return sentence(noCalibration ?? "");
  const { measurementCount, gpu, stepSeconds } = calibration;
  const rests = `Rests on ${formatCount(measurementCount)} steps timed on ${gpu}`;
  if (stepSeconds === null || stepSeconds.before.likely === stepSeconds.after.likely) return `${rests}.`;
  const [before, after] = [stepSeconds.before, stepSeconds.after].map(({ likely }) => formatSeconds(likely));
  return `${rests}: a step takes ${after}; as assumed, ${before}.`;
}
