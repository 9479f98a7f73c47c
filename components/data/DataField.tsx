"use client";

import type { ReactNode } from "react";
import type { Option } from "@/components/planner/answers";
import type { ControlAttributes } from "@/components/planner/Field";
import { type Choice, ChoiceList, Segments } from "@/components/ui/Choices";
import { Combobox } from "@/components/ui/Combobox";
import { type DataParameter, dataFieldId, fieldText } from "./fields";
import { useDataForm } from "./form-context";

/** One field: label with its unit, the control, a line of help, and what is wrong with it. */
export function DataField({
  name,
  labelElement = "label",
  children,
}: {
  name: DataParameter;
  /** `legend` for a group of controls, which then stands in a `fieldset`. */
  labelElement?: "label" | "legend";
  children: (control: ControlAttributes) => ReactNode;
}) {
  const { issuesOf } = useDataForm();
  const { label, help, unit } = fieldText(name);
  const id = dataFieldId(name);
  const issues = issuesOf(name);
  const control = {
    id,
    "aria-describedby": [help !== "" && `${id}-help`, issues.length > 0 && `${id}-issues`].filter(Boolean).join(" "),
    "aria-invalid": issues.length > 0,
  };
  const words = (
    <>
      {label}
      {unit !== undefined && <span className="font-normal text-muted"> ({unit})</span>}
    </>
  );
  const after = (
    <>
      {help !== "" && (
        <p id={`${id}-help`} className="mt-1 text-[0.8125rem] leading-snug text-muted">
          {help}
        </p>
      )}
      {issues.length > 0 && (
        <ul
          id={`${id}-issues`}
          className="mt-1 space-y-1 text-[0.8125rem] leading-snug font-medium wrap-anywhere text-over"
        >
          {issues.map(({ path, message }) => (
            <li key={`${path} ${message}`}>{message}</li>
          ))}
        </ul>
      )}
    </>
  );
  return labelElement === "legend" ? (
    <fieldset id={id} aria-describedby={control["aria-describedby"]} tabIndex={-1} className="min-w-0">
      <legend className="mb-1 font-medium">{words}</legend>
      {children(control)}
      {after}
    </fieldset>
  ) : (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium">
        {words}
      </label>
      {children(control)}
      {after}
    </div>
  );
}

/** A figure typed as text, so that what is no number is answered and not swallowed. Empty means what the placeholder says. */
export function FigureField({ name }: { name: DataParameter }) {
  const { texts, set, filledIn } = useDataForm();
  return (
    <DataField name={name}>
      {(control) => (
        <input
          {...control}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          className="control placeholder:text-muted"
          placeholder={filledIn(name)}
          value={texts[name] ?? ""}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </DataField>
  );
}

/** One of a few, all in sight. */
export function SegmentsField({
  name,
  choices,
  fallback,
}: {
  name: DataParameter;
  choices: readonly Choice[];
  fallback: string;
}) {
  const { texts, set } = useDataForm();
  return (
    <DataField name={name} labelElement="legend">
      {(control) => (
        <Segments
          name={control.id}
          choices={choices}
          value={texts[name] ?? fallback}
          onChoose={(value) => set(name, value === fallback ? undefined : value)}
        />
      )}
    </DataField>
  );
}

/** One of a few, as the platform's own list. What is none of them is shown as it was given. */
export function ListField({ name, choices }: { name: DataParameter; choices: readonly Choice[] }) {
  const { texts, set, filledIn } = useDataForm();
  const value = texts[name] ?? filledIn(name);
  return (
    <DataField name={name}>
      {(control) => (
        <ChoiceList {...control} choices={choices} value={value} onChoose={(chosen) => set(name, chosen)} />
      )}
    </DataField>
  );
}

/** One of many, searched by typing. */
export function SearchField({
  name,
  options,
  listLabel,
}: {
  name: DataParameter;
  options: readonly Option[];
  listLabel: string;
}) {
  const { texts, set, filledIn } = useDataForm();
  return (
    <DataField name={name}>
      {(control) => (
        <Combobox
          {...control}
          options={options}
          value={texts[name] ?? filledIn(name)}
          onChoose={(value) => set(name, value)}
          listLabel={listLabel}
        />
      )}
    </DataField>
  );
}
