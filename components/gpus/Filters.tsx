"use client";

import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import type { Option } from "@/components/planner/answers";
import { Segments } from "@/components/ui/Choices";
import { Combobox } from "@/components/ui/Combobox";
import { DEVICE_COUNTS, GOALS } from "@/lib/estimate/recommendation";
import { type ChoiceParameter, type Choices, listed, type ReadChoices } from "./choices";
import { GOAL_WORDS } from "./words";

interface FilterProps {
  readonly choices: Choices;
  readonly problems: ReadChoices["problems"];
  /** Undefined takes a choice back. */
  readonly onChange: (name: ChoiceParameter, text: string | undefined) => void;
}

/** What comes first. */
export function GoalPicker({
  goal,
  problem,
  onChoose,
}: {
  goal: string;
  problem: string | undefined;
  onChoose: (goal: string) => void;
}) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">What comes first</legend>
      <Segments
        name="goal"
        choices={GOALS.map((value) => ({ value, label: GOAL_WORDS[value].choice }))}
        value={goal}
        onChoose={onChoose}
      />
      <Help>Best value weighs time against money evenly: half the time is worth twice the price.</Help>
      <ProblemLine text={problem} />
    </fieldset>
  );
}

/** What will not be considered. Whatever is left empty leaves nothing out. */
export function Filters({
  choices,
  problems,
  onChange,
  gpus,
  vendors,
}: FilterProps & { gpus: readonly Option[]; vendors: readonly string[] }) {
  return (
    <div className="space-y-4">
      <OwnedField choices={choices} problems={problems} onChange={onChange} gpus={gpus} />
      <CheckList
        name="counts"
        legend="Number of GPUs"
        entries={DEVICE_COUNTS.map(String)}
        {...{ choices, problems, onChange }}
      />
      <CheckList name="vendors" legend="Vendor" entries={vendors} {...{ choices, problems, onChange }} />
      <div>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={choices.bf16 === "true"}
            onChange={(event) => onChange("bf16", event.target.checked ? "true" : undefined)}
          />
          Only with bf16 units
        </label>
        <ProblemLine text={problems.bf16} />
      </div>
      <div className="grid grid-cols-2 items-start gap-x-3 gap-y-3">
        <FigureField name="minMemory" label="Memory from" unit="GiB" {...{ choices, problems, onChange }} />
        <FigureField name="deadline" label="Done within" unit="hours" {...{ choices, problems, onChange }} />
        <FigureField name="maxPerHour" label="Up to, an hour" unit="$" {...{ choices, problems, onChange }} />
        <FigureField name="maxCost" label="Up to, the run" unit="$" {...{ choices, problems, onChange }} />
      </div>
      <Help>Prices are for all GPUs together. Without a known time or price, a GPU does not pass a limit on it.</Help>
    </div>
  );
}

/** Every GPU, or only the user's own, named by searching. */
function OwnedField({ choices, problems, onChange, gpus }: FilterProps & { gpus: readonly Option[] }) {
  const id = useId();
  const isOwned = choices.owned !== undefined;
  const owned = listed(choices.owned);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">Look among</legend>
      <Segments
        name="among"
        choices={[
          { value: "all", label: "Every GPU" },
          { value: "owned", label: "What I own" },
        ]}
        value={isOwned ? "owned" : "all"}
        onChoose={(among) => onChange("owned", among === "owned" ? "" : undefined)}
      />
      {isOwned && (
        <div className="mt-2.5">
          <label htmlFor={id} className="mb-1 block text-sm">
            Add a card you own
          </label>
          <Combobox
            id={id}
            aria-describedby={`${id}-help`}
            aria-invalid={problems.owned !== undefined}
            options={gpus.filter(({ value }) => !owned.includes(value))}
            value=""
            onChoose={(gpuId) => gpuId !== "" && onChange("owned", [...owned, gpuId].join(","))}
            listLabel="GPUs"
          />
          <p id={`${id}-help`} className="mt-1 text-[0.8125rem] leading-snug text-muted">
            {owned.length === 0
              ? "Until one is added, nothing can be recommended."
              : "Search by name; add as many as you have kinds."}
          </p>
          <ul className="mt-2 flex flex-wrap gap-1.5">
            {owned.map((gpuId) => {
              const label = gpus.find(({ value }) => value === gpuId)?.label ?? gpuId;
              const rest = owned.filter((each) => each !== gpuId);
              return (
                <li key={gpuId}>
                  <button
                    type="button"
                    className="button min-h-8 max-w-full gap-1 px-2 text-[0.8125rem] whitespace-normal"
                    aria-label={`Remove ${label}`}
                    onClick={() => onChange("owned", rest.join(","))}
                  >
                    {label}
                    <X aria-hidden="true" className="size-3.5 shrink-0" />
                  </button>
                </li>
              );
            })}
          </ul>
          <ProblemLine text={problems.owned} />
        </div>
      )}
    </fieldset>
  );
}

/** Any of a few; none is all. */
function CheckList({
  name,
  legend,
  entries,
  choices,
  problems,
  onChange,
}: FilterProps & { name: "counts" | "vendors"; legend: string; entries: readonly string[] }) {
  const chosen = listed(choices[name]);
  function set(entry: string, isOn: boolean) {
    const next = isOn ? [...chosen, entry] : chosen.filter((each) => each !== entry);
    // In the order of the list, so that one choice has one address.
    const inOrder = [
      ...entries.filter((each) => next.includes(each)),
      ...next.filter((each) => !entries.includes(each)),
    ];
    onChange(name, inOrder.length === 0 ? undefined : inOrder.join(","));
  }
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {entries.map((entry) => (
          <label key={entry} className="flex items-center gap-1.5">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={chosen.includes(entry)}
              onChange={(event) => set(entry, event.target.checked)}
            />
            {entry}
          </label>
        ))}
      </div>
      <ProblemLine text={problems[name]} />
    </fieldset>
  );
}

function FigureField({
  name,
  label,
  unit,
  choices,
  problems,
  onChange,
}: FilterProps & { name: ChoiceParameter; label: string; unit: string }) {
  const id = useId();
  const problem = problems[name];
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label} <span className="font-normal text-muted">({unit})</span>
      </label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        placeholder="any"
        className="control placeholder:text-muted"
        aria-describedby={`${id}-help`}
        aria-invalid={problem !== undefined}
        value={choices[name] ?? ""}
        onChange={(event) => onChange(name, event.target.value === "" ? undefined : event.target.value)}
      />
      <div id={`${id}-help`}>
        <ProblemLine text={problem} />
      </div>
    </div>
  );
}

function Help({ children }: { children: ReactNode }) {
  return <p className="mt-1 text-[0.8125rem] leading-snug text-muted">{children}</p>;
}

function ProblemLine({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return <p className="mt-1 text-[0.8125rem] leading-snug font-medium wrap-anywhere text-over">{text}</p>;
}
