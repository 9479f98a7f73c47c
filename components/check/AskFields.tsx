"use client";

import { type ReactNode, useId } from "react";
import { Segments } from "@/components/ui/Choices";
import { formatCount, formatSeconds } from "@/lib/format";
import type { Issue } from "@/lib/plan/plan";
import { VALIDATION_DEFAULTS, VALIDATION_LIMITS } from "@/lib/profile/request-limits";
import type { Device, Machine, SecondsSource } from "@/lib/profile/validation";
import type { Asked, AskedParameter } from "./asked";
import { issueText, listText } from "./words";

/** What may be chosen about a check. Whatever is left empty is chosen for the machine, and shown in its place. */
export function AskFields({
  asked,
  machine,
  chosen,
  measured,
  issues,
  onChange,
}: {
  asked: Asked;
  machine: Machine;
  /** What seconds can be predicted from; null where too little was measured. */
  measured: SecondsSource | null;
  /** What holds where nothing was asked; null while nobody knows. */
  chosen: { readonly device: Device; readonly batchSizes: readonly number[] } | null;
  issues: readonly Issue[];
  onChange: (name: AskedParameter, text: string) => void;
}) {
  const about = (path: string) => issues.filter((issue) => issue.path === path || issue.path.startsWith(`${path}.`));
  const { batchSizeCount, batchSize, repeats, timeLimitSeconds } = VALIDATION_LIMITS;
  return (
    <div className="space-y-4">
      {(machine.gpu !== null || asked.device !== undefined) && (
        <fieldset className="min-w-0">
          <legend className="mb-1.5 font-medium">Where it runs</legend>
          <Segments
            name="device"
            choices={[
              { value: "cuda", label: "NVIDIA GPU" },
              { value: "cpu", label: "CPU" },
            ]}
            value={asked.device ?? chosen?.device ?? null}
            onChoose={(device) => onChange("device", device)}
          />
          <Problems issues={about("device")} />
        </fieldset>
      )}
      <AskField
        name="batches"
        label="Batch sizes"
        placeholder={chosen === null ? "" : chosen.batchSizes.join(", ")}
        help={`Up to ${batchSizeCount} sizes, each at most ${formatCount(batchSize)}. Three show whether memory is a straight line.`}
        issues={about("batchSizes")}
        {...{ asked, onChange }}
      />
      <AskField
        name="repeats"
        label="Timed runs of each"
        placeholder={String(VALIDATION_DEFAULTS.repeats)}
        help={`1 to ${repeats}. More runs tell a quiet machine from a noisy one.`}
        issues={about("repeats")}
        {...{ asked, onChange }}
      />
      <AskField
        name="timeLimit"
        label="Time limit, in seconds"
        placeholder={String(VALIDATION_DEFAULTS.timeLimitSeconds)}
        help={`${listText([formatSeconds(timeLimitSeconds.min), formatSeconds(timeLimitSeconds.max)]).replace(" and ", " to ")}, for the whole check.`}
        issues={about("timeLimitSeconds")}
        {...{ asked, onChange }}
      />
      {(measured !== null || asked.calibrate !== undefined) && (
        <div>
          <label className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-0.5 size-4 shrink-0 accent-accent"
              checked={asked.calibrate !== "false"}
              onChange={(event) => onChange("calibrate", event.target.checked ? "" : "false")}
            />
            <span className="font-medium">Predict seconds from earlier checks</span>
          </label>
          <Help>
            {measured === null
              ? "There are none on this device from which they could be."
              : `${formatCount(measured.measurementCount)} steps were timed on this device. No other device’s are used.`}
          </Help>
          <Problems issues={about("calibrate")} />
        </div>
      )}
    </div>
  );
}

function AskField({
  name,
  label,
  placeholder,
  help,
  issues,
  asked,
  onChange,
}: {
  name: AskedParameter;
  label: string;
  placeholder: string;
  help: string;
  issues: readonly Issue[];
  asked: Asked;
  onChange: (name: AskedParameter, text: string) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        className="control tabular-nums placeholder:text-muted"
        placeholder={placeholder}
        aria-describedby={`${id}-help`}
        aria-invalid={issues.length > 0}
        value={asked[name] ?? ""}
        onChange={(event) => onChange(name, event.target.value)}
      />
      <div id={`${id}-help`}>
        <Help>{help}</Help>
        <Problems issues={issues} />
      </div>
    </div>
  );
}

function Help({ children }: { children: ReactNode }) {
  return <p className="mt-1 text-[0.8125rem] leading-snug text-muted">{children}</p>;
}

function Problems({ issues }: { issues: readonly Issue[] }) {
  if (issues.length === 0) return null;
  return (
    <ul className="mt-1 space-y-1 text-[0.8125rem] leading-snug font-medium wrap-anywhere text-over">
      {issues.map((issue) => (
        <li key={`${issue.path} ${issue.message}`}>{issueText(issue)}</li>
      ))}
    </ul>
  );
}
