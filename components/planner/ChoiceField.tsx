"use client";

import { type Choice, ChoiceList, Segments } from "@/components/ui/Choices";
import { Field } from "./Field";
import type { FieldPath } from "./field-texts";
import { usePlanForm } from "./form-context";

/** One of a few choices, as the platform's own list. A value that is none of them is shown as it was given. */
export function SelectField({ path, choices }: { path: FieldPath; choices: readonly Choice[] }) {
  const { read, set } = usePlanForm();
  const value = String(read(path) ?? "");
  return (
    <Field path={path}>
      {(control) => (
        <ChoiceList {...control} choices={choices} value={value} onChoose={(chosen) => set(path, chosen)} />
      )}
    </Field>
  );
}

/** One of a few choices, all in sight. */
export function SegmentedField({ path, choices }: { path: FieldPath; choices: readonly Choice[] }) {
  const { read, set } = usePlanForm();
  const value = read(path);
  return (
    <Field path={path} labelElement="legend">
      {(control) => (
        <Segments
          name={control.id}
          choices={choices}
          value={typeof value === "string" ? value : null}
          onChoose={(chosen) => set(path, chosen)}
        />
      )}
    </Field>
  );
}

/** On or off. */
export function SwitchField({ path }: { path: FieldPath }) {
  const { read, set } = usePlanForm();
  const isOn = read(path) === true;
  return (
    <Field path={path}>
      {(control) => (
        <span className="flex items-center gap-2.5">
          <input
            {...control}
            type="checkbox"
            role="switch"
            aria-checked={isOn}
            checked={isOn}
            onChange={(event) => set(path, event.target.checked)}
            className="peer relative h-6 w-10 shrink-0 appearance-none rounded-full border border-edge bg-sunken transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-[1.125rem] before:rounded-full before:bg-edge before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-panel"
          />
          <span aria-hidden="true" className="text-sm">
            {isOn ? "On" : "Off"}
          </span>
        </span>
      )}
    </Field>
  );
}
