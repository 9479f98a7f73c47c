"use client";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** One of a few choices, as the platform's own list. A value that is none of them is shown as it was given. */
export function ChoiceList({
  choices,
  value,
  onChoose,
  ...control
}: {
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
  choices: readonly Choice[];
  value: string;
  onChoose: (value: string) => void;
}) {
  return (
    <select {...control} className="control" value={value} onChange={(event) => onChoose(event.target.value)}>
      {choices.every((choice) => choice.value !== value) && <option value={value}>{value}</option>}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

/** One of a few choices, all in sight. */
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
