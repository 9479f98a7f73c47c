"use client";

import type { CSSProperties } from "react";
import { BATCH_STOPS, nearestStop, sliderFraction } from "./batch-stops";
import { Field } from "./Field";
import { usePlanForm } from "./form-context";
import { NumberControl } from "./NumberField";

/** The batch as a slider over ratios with an exact figure beside it; the track shows how far the card goes. */
export function BatchField({ largestThatFits }: { largestThatFits: number | null }) {
  const { read, set } = usePlanForm();
  const value = read("perDeviceBatchSize");
  const batchSize = typeof value === "number" && Number.isFinite(value) ? value : 1;
  return (
    <Field path="perDeviceBatchSize">
      {(control) => (
        <div className="flex items-center gap-3">
          <input
            type="range"
            aria-label="Batch per GPU, slider"
            aria-describedby={control["aria-describedby"]}
            aria-valuetext={`${batchSize} per GPU`}
            min={0}
            max={BATCH_STOPS.length - 1}
            value={nearestStop(batchSize)}
            onChange={(event) => set("perDeviceBatchSize", BATCH_STOPS[Number(event.target.value)])}
            className="slider"
            style={largestThatFits === null ? undefined : trackStyle(largestThatFits)}
          />
          <span className="w-24 shrink-0">
            <NumberControl {...control} path="perDeviceBatchSize" className="control text-right tabular-nums" />
          </span>
        </div>
      )}
    </Field>
  );
}

function trackStyle(largestThatFits: number): CSSProperties & Record<"--track", string> {
  const fits = largestThatFits < 1 ? 0 : sliderFraction(largestThatFits) * 100;
  return { "--track": `linear-gradient(to right, var(--fits) ${fits}%, var(--over) ${fits}%)` };
}
