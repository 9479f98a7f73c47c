"use client";

import { type ReactNode, useMemo } from "react";
import type { Option } from "@/components/planner/answers";
import { FormSection, MoreFields } from "@/components/ui/FormParts";
import type { DataOverview } from "@/lib/api/data-overview";
import { ANNOTATION_TIMES } from "@/lib/catalogue/annotation";
import { DATA_STRATEGIES } from "@/lib/estimate/data/data-strategies";
import type { Issue } from "@/lib/plan/plan";
import { FigureField, ListField, SearchField, SegmentsField } from "./DataField";
import type { DataParameter } from "./fields";
import { type FilledIn, filledInBy } from "./filled-in";
import { DataFormContext } from "./form-context";
import { PilotField } from "./PilotField";
import { type DataTexts, issuesByDataField } from "./question";
import { capitalized } from "./words";

const TASKS = [
  { value: "classification", label: "Classification" },
  { value: "retrieval", label: "Retrieval" },
  { value: "detection", label: "Detection" },
  { value: "segmentation", label: "Segmentation" },
];
const SHIFTS = [
  { value: "small", label: "Small" },
  { value: "medium", label: "Medium" },
  { value: "large", label: "Large" },
];
const PRIORITIES = [
  { value: "in_distribution", label: "Accuracy" },
  { value: "robust", label: "Robustness" },
];
const PRUNERS = [
  { value: "median", label: "Below the median" },
  { value: "halving", label: "Successive halving" },
  { value: "none", label: "Nothing is stopped" },
];
const STRATEGIES = Object.entries(DATA_STRATEGIES).map(([value, { label }]) => ({ value, label: capitalized(label) }));
const METHODS = Object.entries(ANNOTATION_TIMES).map(([value, { label }]) => ({ value, label }));

/** What is known of the task and asked about it, what people change most first. */
export function DataForm({
  texts,
  overview,
  defaults,
  issues,
  models,
  gpus,
  onChange,
  dataset,
}: {
  texts: DataTexts;
  overview: DataOverview | null;
  /** What is filled in before there is an answer. */
  defaults: FilledIn;
  issues: readonly Issue[];
  models: readonly Option[];
  gpus: readonly Option[];
  onChange: (name: DataParameter, text: string | undefined) => void;
  /** Where a dataset is handed over. */
  dataset: ReactNode;
}) {
  const form = useMemo(() => {
    const byField = issuesByDataField(issues, texts);
    const filled = overview === null ? defaults : filledInBy(overview);
    return {
      texts,
      set: onChange,
      issuesOf: (name: DataParameter) => byField.get(name) ?? [],
      filledIn: (name: DataParameter) => filled[name] ?? "",
    };
  }, [texts, overview, defaults, issues, onChange]);
  const method = texts.method ?? form.filledIn("method");
  const countsObjects = Object.entries(ANNOTATION_TIMES).some(
    ([name, { unit }]) => name === method && unit !== "image",
  );
  const hasIssue = (names: readonly DataParameter[]) => names.some((name) => form.issuesOf(name).length > 0);

  return (
    <DataFormContext value={form}>
      <form aria-label="Task" onSubmit={(event) => event.preventDefault()} noValidate className="divide-y divide-line">
        <FormSection>{dataset}</FormSection>
        <FormSection>
          <ListField name="task" choices={TASKS} />
          <div className="grid grid-cols-2 items-start gap-x-3 gap-y-4">
            <FigureField name="classes" />
            <FigureField name="target" />
          </div>
          <PilotField />
          <FigureField name="zeroShot" />
          <ListField name="strategy" choices={STRATEGIES} />
        </FormSection>
        <FormSection>
          <SearchField name="model" options={models} listLabel="Models" />
          <SearchField name="gpu" options={gpus} listLabel="GPUs" />
        </FormSection>
        <MoreFields title="Test set and evidence" isWrong={hasIssue(EVIDENCE)}>
          <FigureField name="halfWidth" />
          <div className="grid grid-cols-2 items-start gap-x-3 gap-y-4">
            <FigureField name="confidence" />
            <FigureField name="testShare" />
          </div>
          <FigureField name="pilotTest" />
          <SegmentsField name="shift" choices={SHIFTS} fallback="medium" />
        </MoreFields>
        <MoreFields title="Labelling and storage" isWrong={hasIssue(LABELLING)}>
          <ListField name="method" choices={METHODS} />
          <div className="grid grid-cols-2 items-start gap-x-3 gap-y-4">
            {countsObjects && <FigureField name="objects" />}
            <FigureField name="redundancy" />
            <FigureField name="seconds" />
            <FigureField name="labelPrice" />
            <FigureField name="hourPrice" />
            <FigureField name="imageKb" />
          </div>
        </MoreFields>
        <MoreFields title="Strategy, run and search" isWrong={hasIssue(RUN)}>
          <SegmentsField name="priority" choices={PRIORITIES} fallback="in_distribution" />
          <FigureField name="images" />
          <div className="grid grid-cols-2 items-start gap-x-3 gap-y-4">
            <FigureField name="batch" />
            <FigureField name="epochs" />
            <FigureField name="trials" />
            <FigureField name="trialEpochs" />
          </div>
          <ListField name="pruner" choices={PRUNERS} />
          <FigureField name="difference" />
        </MoreFields>
      </form>
    </DataFormContext>
  );
}

const EVIDENCE = ["halfWidth", "confidence", "testShare", "pilotTest", "shift"] as const;
const LABELLING = ["method", "objects", "redundancy", "seconds", "labelPrice", "hourPrice", "imageKb"] as const;
const RUN = ["priority", "images", "batch", "epochs", "trials", "trialEpochs", "pruner", "difference"] as const;
