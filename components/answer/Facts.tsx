"use client";

import type { ReactNode } from "react";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatCompactCount, formatCount, formatFlops, formatPercent } from "@/lib/format";

/** Parameters, work, and what the batch means to the loss. */
export function Facts({ estimate }: { estimate: Estimate }) {
  const { parameters, flops, plan } = estimate;
  return (
    <section aria-labelledby="facts-title" className="panel p-4 sm:p-6">
      <h3 id="facts-title" className="text-lg font-semibold tracking-tight">
        {estimate.modelName}: {formatCompactCount(parameters.trainable)} of {formatCompactCount(parameters.total)}{" "}
        parameters train
      </h3>
      <dl className="mt-3 grid gap-x-8 gap-y-4 text-sm sm:grid-cols-2">
        <Fact name="Trainable parameters" value={formatCount(parameters.trainable)}>
          {formatPercent(parameters.total > 0 ? parameters.trainable / parameters.total : 0)} of{" "}
          {formatCount(parameters.total)}
        </Fact>
        <Fact
          name="Where they are"
          value={`${formatCompactCount(parameters.image)} image · ${formatCompactCount(parameters.text)} text`}
        >
          {formatCount(parameters.other)} besides: logit scale, head or prompt
        </Fact>
        <Fact name="Forward, one pair" value={formatFlops(flops.forwardPerSample)}>
          {formatFlops(flops.imageForwardPerSample)} image + {formatFlops(flops.textForwardPerSample)} text
        </Fact>
        <Fact name="One optimizer step, one GPU" value={formatFlops(flops.step)}>
          FLOPs are 2 × multiply–accumulates of the matrix work, recomputation included
        </Fact>
        <Fact name="Negatives per example" value={formatCount(estimate.negativesPerExample)}>
          {plan.gradAccumulationSteps > 1
            ? "Accumulation does not add to them; more GPUs or a larger batch do"
            : "Other pairs each pair is told apart from in the loss"}
        </Fact>
        <Fact name="Global batch" value={formatCount(estimate.globalBatchSize)}>
          {formatCount(plan.perDeviceBatchSize)} per GPU × {formatCount(plan.gradAccumulationSteps)} accumulated ×{" "}
          {formatCount(plan.deviceCount)} {plan.deviceCount === 1 ? "GPU" : "GPUs"}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd>
        <strong className="block text-base font-semibold">{value}</strong>
        <span className="text-[0.8125rem] text-muted">{children}</span>
      </dd>
    </div>
  );
}
