"use client";

import { Field } from "./Field";
import type { FieldPath } from "./field-texts";
import { usePlanForm } from "./form-context";

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One of a few choices, as the platform's own list. A value that is none of them is shown as it was given. */
export function SelectField({ path, choices }: { path: FieldPath; choices: readonly Choice[] }) {
  const { read, set } = usePlanForm();
  const value = String(read(path) ?? "");
  return (
    <Field path={path}>
      {(control) => (
        <select {...control} className="control" value={value} onChange={(event) => set(path, event.target.value)}>
          {choices.every((choice) => choice.value !== value) && <option value={value}>{value}</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
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

export function Segments({
  name,
  choices,
  value,
  onChoose,
}: {
  name: string;
  choices: readonly Choice[];
  value: string | null;
  onChoose: (value: string) => void;
}) {
  return (
    <div className="flex flex-wrap gap-1 rounded-lg bg-sunken p-1">
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="relative flex-[1_0_30%] rounded-md border border-transparent px-2.5 py-1 text-center text-sm whitespace-nowrap text-muted has-checked:border-edge has-checked:bg-panel has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {choice.label}
        </label>
      ))}
    </div>
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
