"use client";

import { Ruler } from "lucide-react";
import { MeasuredCard } from "@/components/answer/MeasuredCard";
import { MeasuredSwitch } from "./MeasuredSwitch";
import { type MeasuredOffer, type MeasuredProps, offerFor, offerText } from "./measured";

/** Measurements of the card in the planner: what they change, the switch that takes them out, and those that are at hand. */
export function MeasuredControl({ estimate, measured, offers, onChange }: MeasuredProps) {
  if (measured === null) {
    const offer = offerFor(offers, estimate.gpu.id);
    return offer === null ? null : <Offer offer={offer} onUse={() => onChange({ text: offer.text, isOn: true })} />;
  }
  const control = <MeasuredSwitch measured={measured} onChange={onChange} />;
  if (measured.isOn) return <MeasuredCard estimate={estimate} control={control} />;
  return (
    <section aria-labelledby="measured-title" className="panel p-4 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <h3 id="measured-title" className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <Ruler aria-hidden="true" className="size-5 shrink-0 text-muted" />
          Measurements are switched off
        </h3>
        {control}
      </div>
      <p className="mt-1 text-sm text-muted">
        The figures are those that are assumed of the card. The address keeps the measurements, so that they can be
        switched on again.
      </p>
    </section>
  );
}

function Offer({ offer, onUse }: { offer: MeasuredOffer; onUse: () => void }) {
  return (
    <section aria-label="Measurements of this card" className="panel flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <Ruler aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <p className="min-w-0 flex-1 basis-64 text-sm">{offerText(offer)}</p>
      <button type="button" className="button" onClick={onUse}>
        Use these measurements
      </button>
    </section>
  );
}
