"use client";

import { Segments } from "@/components/ui/Choices";
import type { LoraTarget, StrategyKind } from "@/lib/plan/plan";
import { Field } from "./Field";
import { usePlanForm } from "./form-context";
import { NumberField } from "./NumberField";

const KINDS: readonly { readonly value: StrategyKind; readonly label: string; readonly meaning: string }[] = [
  { value: "full", label: "Full", meaning: "Every weight of both towers trains." },
  { value: "partial", label: "Last blocks", meaning: "Only the last blocks of each tower train; the rest is frozen." },
  { value: "lora", label: "LoRA", meaning: "Small adapters train beside the frozen matrices." },
  { value: "prompt", label: "Prompt", meaning: "Only the words in front of each class name are learned." },
  { value: "linear_probe", label: "Linear probe", meaning: "A classifier on frozen image features." },
];

const TARGETS: readonly { readonly value: LoraTarget; readonly label: string }[] = [
  { value: "q_proj", label: "q" },
  { value: "k_proj", label: "k" },
  { value: "v_proj", label: "v" },
  { value: "out_proj", label: "out" },
  { value: "fc1", label: "fc1" },
  { value: "fc2", label: "fc2" },
];

/** What trains, with the fields that belong to it. */
export function StrategyField() {
  const { read, set } = usePlanForm();
  const kind = read("strategy.kind");
  const chosen = KINDS.find((choice) => choice.value === kind);
  return (
    <div className="space-y-4">
      <Field path="strategy.kind" labelElement="legend">
        {(control) => (
          <>
            <Segments
              name={control.id}
              choices={KINDS}
              value={chosen?.value ?? null}
              onChoose={(value) => set("strategy", { kind: value })}
            />
            <p className="mt-1 text-[0.8125rem] leading-snug text-muted">{chosen?.meaning}</p>
          </>
        )}
      </Field>
      {kind === "partial" && <NumberField path="strategy.unlockedBlocks" />}
      {kind === "lora" && (
        <>
          <NumberField path="strategy.rank" />
          <TargetsField />
        </>
      )}
      {kind === "prompt" && <NumberField path="strategy.contextTokens" />}
      {(kind === "prompt" || kind === "linear_probe") && <NumberField path="classCount" />}
    </div>
  );
}

function TargetsField() {
  const { read, set } = usePlanForm();
  const given = read("strategy.targets");
  const targets: readonly unknown[] = Array.isArray(given) ? given : [];
  return (
    <Field path="strategy.targets" labelElement="legend">
      {() => (
        <div className="flex flex-wrap gap-1.5">
          {TARGETS.map(({ value, label }) => (
            <label
              key={value}
              className="flex items-center gap-1.5 rounded-md border border-edge px-2 py-1 text-sm has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="checkbox"
                checked={targets.includes(value)}
                onChange={(event) =>
                  set(
                    "strategy.targets",
                    TARGETS.map((target) => target.value).filter((target) =>
                      target === value ? event.target.checked : targets.includes(target),
                    ),
                  )
                }
                className="accent-accent"
              />
              {label}
            </label>
          ))}
        </div>
      )}
    </Field>
  );
}
