"use client";

import { Combobox } from "@/components/ui/Combobox";
import { GB, GIB, TFLOP } from "@/lib/units";
import type { Option } from "./answers";
import { Field } from "./Field";
import { usePlanForm } from "./form-context";
import { NumberField } from "./NumberField";
import { isRecord } from "./plan-input";

const EXAMPLE_CARD = { name: "My card", memoryBytes: 24 * GIB, computeCapability: "8.9" };

/** A card of the catalogue, or the user's own. */
export function GpuField({ gpus, fallback }: { gpus: readonly Option[]; fallback: string }) {
  const { read, set } = usePlanForm();
  const gpu = read("gpu");
  const isOwn = isRecord(gpu);
  return (
    <div className="space-y-4">
      {isOwn ? (
        <>
          <TextField path="gpu.name" />
          <NumberField path="gpu.memoryBytes" scale={GIB} />
          <TextField path="gpu.computeCapability" />
          <NumberField path="gpu.memoryBandwidthBytesPerSecond" scale={GB} />
          <NumberField path="gpu.peakFlopsPerSecond.fp32" scale={TFLOP} />
          <NumberField path="gpu.peakFlopsPerSecond.fp16" scale={TFLOP} />
          <NumberField path="gpu.peakFlopsPerSecond.bf16" scale={TFLOP} />
        </>
      ) : (
        <Field path="gpu">
          {(control) => (
            <Combobox
              {...control}
              options={gpus}
              value={typeof gpu === "string" ? gpu : ""}
              onChoose={(id) => set("gpu", id)}
              listLabel="GPUs"
            />
          )}
        </Field>
      )}
      <button
        type="button"
        className="link -mt-2.5 block text-[0.8125rem]"
        onClick={() => set("gpu", isOwn ? fallback : EXAMPLE_CARD)}
      >
        {isOwn ? "Choose a card from the list" : "My card is missing: describe it"}
      </button>
    </div>
  );
}

function TextField({ path }: { path: "gpu.name" | "gpu.computeCapability" }) {
  const { read, set } = usePlanForm();
  const value = read(path);
  return (
    <Field path={path}>
      {(control) => (
        <input
          {...control}
          type="text"
          autoComplete="off"
          className="control"
          value={typeof value === "string" ? value : ""}
          onChange={(event) => set(path, event.target.value === "" ? undefined : event.target.value)}
        />
      )}
    </Field>
  );
}
