/** `headroom search`: what a hyper-parameter search takes. */

import { answerSearchBudget, createSearchBudget } from "../api/data-operations";
import type { Interval } from "../estimate/estimate";
import type { SearchAnswer } from "../estimate/search/search-answer";
import type { SearchParameter } from "../estimate/search/search-space";
import { formatCount, formatSeconds, formatUsd } from "../format";
import { PLAN_QUESTION_FLAGS, type QuestionFlag, questionCommand, withPlan } from "./question-command";
import { textTable } from "./text-table";

const FLAGS: readonly QuestionFlag[] = [
  ...PLAN_QUESTION_FLAGS,
  {
    name: "trials",
    aliases: ["trial-count"],
    kind: "number",
    placeholder: "N",
    path: "trialCount",
    help: "trials of the search",
  },
  {
    name: "epochs-per-trial",
    kind: "number",
    placeholder: "N",
    path: "epochsPerTrial",
    help: "epochs that a trial trains unless it is stopped",
  },
  { name: "pruner", kind: "text", placeholder: "NAME", path: "pruner.kind", help: "median, halving or none" },
  {
    name: "startup-trials",
    kind: "number",
    placeholder: "N",
    path: "pruner.startupTrials",
    help: "median: trials that finish before any is stopped",
  },
  {
    name: "warmup-epochs",
    kind: "number",
    placeholder: "N",
    path: "pruner.warmupEpochs",
    help: "median: epochs in which no trial is stopped",
  },
  {
    name: "min-epochs",
    kind: "number",
    placeholder: "N",
    path: "pruner.minEpochs",
    help: "halving: epochs before the first decision",
  },
  {
    name: "reduction-factor",
    kind: "number",
    placeholder: "N",
    path: "pruner.reductionFactor",
    help: "halving: one of so many goes on",
  },
  {
    name: "epoch-seconds",
    kind: "number",
    placeholder: "S",
    path: "epochSeconds",
    help: "time of an epoch as you measured it",
  },
  {
    name: "usd-per-hour",
    kind: "number",
    placeholder: "USD",
    path: "usdPerHour",
    help: "price of an hour of all devices",
  },
  {
    name: "accuracy",
    kind: "number",
    placeholder: "FRACTION",
    path: "accuracy",
    help: "accuracy to expect of a good trial",
  },
  {
    name: "difference",
    aliases: ["smallest-difference"],
    kind: "number",
    placeholder: "FRACTION",
    path: "smallestDifference",
    help: "smallest difference of accuracy that matters",
  },
];

export const searchCommand = questionCommand({
  name: "search",
  purpose:
    "Says how many epochs, hours and dollars a search over hyper-parameters takes when trials are stopped early, and how many\n" +
    "validation images its winner needs to mean something. Only the model is required.",
  flags: FLAGS,
  input: withPlan,
  body: createSearchBudget.body,
  answer: answerSearchBudget,
  text: searchText,
  outputs: {
    optuna: { help: "print the search as a Python program for Optuna", text: ({ optunaStudy }) => optunaStudy },
  },
  notes: "A space of your own goes into the question's file, as `space`.",
});

function searchText(answer: SearchAnswer): string {
  const { summary, epochs, seconds, costUsd, winner, cheaper, space, caveats } = answer;
  const row = (label: string, { low, likely, high }: Interval, format: (value: number) => string, cap: string) => [
    `  ${label}`,
    format(likely),
    `${format(low)} to ${format(high)}`,
    cap,
  ];
  const whole = (value: number) => formatCount(Math.round(value));
  const rows = [
    row("epochs", epochs, whole, whole(epochs.cap)),
    ...(seconds === null
      ? []
      : [row("time", seconds, formatSeconds, answer.capSeconds === null ? "" : formatSeconds(answer.capSeconds))]),
    ...(costUsd === null
      ? []
      : [row("cost", costUsd, formatUsd, answer.capUsd === null ? "" : formatUsd(answer.capUsd))]),
  ];
  return [
    `${summary}\n`,
    textTable(["The search", ">likely", ">range", ">without stopping"], rows),
    `${winner.text}\n`,
    ...(cheaper.length === 0 ? [] : [`For less\n${cheaper.map(({ text }) => `  ${text}\n`).join("")}`]),
    `The space\n${textTable(["", ""], space.map(parameterRow))}`,
    `Mind\n${caveats.map(({ text }) => `  ${text}\n`).join("")}`,
  ].join("\n");
}

function parameterRow(parameter: SearchParameter): string[] {
  const range =
    parameter.kind === "choice"
      ? parameter.choices.join(", ")
      : `${parameter.low} to ${parameter.high}${parameter.kind === "log_uniform" ? ", logarithmic" : ""}`;
  return [`  ${parameter.name}`, range];
}
