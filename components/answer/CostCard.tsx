"use client";

import { useState } from "react";
import { parseFigure } from "@/components/planner/plan-input";
import { OpenRow } from "@/components/ui/OpenRow";
import { StatusBadge } from "@/components/ui/StatusBadge";
import type { Cost } from "@/lib/estimate/cost";
import type { Estimate } from "@/lib/estimate/estimate";
import type { TimeEstimate } from "@/lib/estimate/time/time-estimate";
import { formatCount, formatFigure, formatUsd } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { HOUR_SECONDS } from "@/lib/units";
import { ageText, billText, dayText, PRICE_KIND_WORDS, usdRangeText } from "./time-words";

/** What the run costs at the user's own price and at listed ones, each with whose it is and how old. */
export function CostCard({
  estimate,
  onChange,
}: {
  estimate: Estimate;
  /** Replaces a field of the plan; absent where the plan cannot be changed. */
  onChange?: (path: keyof Plan, value: unknown) => void;
}) {
  const { time, noTime, cost, noCost, plan } = estimate;
  // Saved before times were estimated.
  if (time === null && noTime === null) return null;
  return (
    <section aria-labelledby="cost-title" className="panel p-4 sm:p-6">
      <h3 id="cost-title" className="text-lg font-semibold tracking-tight">
        What it costs: {headline(estimate)}
      </h3>
      {noCost !== null && (
        <p className="mt-2">
          <span className="inline-block first-letter:uppercase">{noCost.replace(/\.?$/, ".")}</span>
          {time !== null && " None is invented: give your own price, and the cost follows."}
        </p>
      )}
      {cost.length > 0 && (
        <p className="mt-0.5 text-sm text-muted">
          Hours × price × GPUs, and nothing else: no storage, traffic or waiting for a machine.
        </p>
      )}
      {time !== null && onChange !== undefined && (
        <OwnPrice value={plan.pricePerGpuHour} onPrice={(value) => onChange("pricePerGpuHour", value)} />
      )}
      {time !== null && cost.length > 0 && (
        <div className="mt-4 divide-y divide-line border-y border-line">
          {cost.map((each) => (
            <CostRow key={costKey(each)} cost={each} time={time} />
          ))}
        </div>
      )}
    </section>
  );
}

function headline({ time, cost: [least] }: Estimate): string {
  if (least !== undefined) return `about ${billText(least)}`;
  return time === null ? "no time, no cost" : "no price is known";
}

function costKey({ offer, usdPerGpuHour }: Cost): string {
  return offer === null
    ? "own"
    : [offer.provider, offer.kind, offer.region, offer.instanceType, offer.gpuCount, offer.asOf, usdPerGpuHour].join(
        " ",
      );
}

/** What one pays oneself: a discount, a contract, the electricity of a card of one's own. */
function OwnPrice({ value, onPrice }: { value: number | undefined; onPrice: (value: unknown) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <label htmlFor="own-price" className="text-sm font-medium">
        My price, USD per GPU and hour
      </label>
      <input
        id="own-price"
        type="text"
        inputMode="decimal"
        autoComplete="off"
        placeholder="none"
        className="control w-28 text-right tabular-nums"
        value={draft ?? (value === undefined ? "" : String(value))}
        onChange={(event) => {
          setDraft(event.target.value);
          onPrice(parseFigure(event.target.value));
        }}
        onBlur={() => setDraft(null)}
      />
    </div>
  );
}

function CostRow({ cost, time }: { cost: Cost; time: TimeEstimate }) {
  const { offer, usdPerGpuHour, billedGpuCount } = cost;
  return (
    <OpenRow
      label={
        <>
          <span className="font-medium">{offer === null ? "Your price" : offer.provider}</span>
          <PriceBadge cost={cost} />
          {offer !== null && <span className="w-full text-[0.8125rem] text-muted">{offerText(offer)}</span>}
        </>
      }
      value={billText(cost)}
    >
      <p>
        {formatFigure(time.totalSeconds.likely / HOUR_SECONDS)} h × {formatUsd(usdPerGpuHour)} per GPU and hour ×{" "}
        {formatCount(billedGpuCount)} {billedGpuCount === 1 ? "GPU" : "GPUs"} ={" "}
        <strong className="font-semibold text-ink">{usdRangeText(cost)}</strong>
      </p>
      {offer !== null && <OfferFacts offer={offer} />}
    </OpenRow>
  );
}

/** How far the price can be believed, in words. */
function PriceBadge({ cost: { offer } }: { cost: Cost }) {
  if (offer === null) return <StatusBadge status="yours" />;
  const tone = offer.stale === null ? "bg-sunken text-muted" : "bg-tight-soft text-tight";
  return (
    <span className={`rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tone}`}>
      {offer.stale === null ? "listed price" : "old price"}
    </span>
  );
}

type Offer = NonNullable<Cost["offer"]>;

/** Kind, region and day: what tells one price from another. */
function offerText({ kind, region, asOf, ageDays }: Offer): string {
  const place = region === "any" || region === "global" ? "any region" : `region ${region}`;
  const day = asOf === null ? "not dated" : dayText(asOf);
  return `${PRICE_KIND_WORDS[kind]} · ${place} · ${day}${ageDays === null ? "" : ` (${ageText(ageDays)})`}`;
}

function OfferFacts({ offer }: { offer: Offer }) {
  const facts = [
    offer.instanceType === null ? null : `instance ${offer.instanceType}`,
    offer.gpuCount > 1 ? `${formatCount(offer.gpuCount)} GPUs an instance` : null,
    offer.instanceCount > 1 ? `${formatCount(offer.instanceCount)} instances, which may be separate machines` : null,
  ].filter((fact) => fact !== null);
  return (
    <>
      {facts.length > 0 && <p className="first-letter:uppercase">{facts.join(" · ")}</p>}
      {offer.stale !== null && <p className="text-tight">Check before you rely on it: {offer.stale}.</p>}
      {offer.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {offer.page !== null && (
        <p>
          <a className="link break-words" href={offer.page} rel="noreferrer">
            {offer.provider}'s price list
          </a>
        </p>
      )}
    </>
  );
}
