/** `headroom strategy`: which way to fine-tune. */

import { answerStrategyRanking, createStrategyRanking } from "../api/data-operations";
import type { RankedStrategy, StrategyAnswer } from "../estimate/strategy/strategy-answer";
import { formatAccuracy, formatBytes, formatCompactCount, formatPoints, formatSeconds, formatUsd } from "../format";
import { PLAN_QUESTION_FLAGS, type QuestionFlag, questionCommand, withPlan } from "./question-command";
import { textTable } from "./text-table";

const FLAGS: readonly QuestionFlag[] = [
  ...PLAN_QUESTION_FLAGS,
  {
    name: "priority",
    kind: "text",
    placeholder: "NAME",
    path: "priority",
    help: "in_distribution, or robust to shifts of the data",
  },
  {
    name: "zero-shot",
    aliases: ["zero-shot-accuracy"],
    kind: "number",
    placeholder: "FRACTION",
    path: "zeroShotAccuracy",
    help: "accuracy before any training",
  },
  {
    name: "similarity",
    aliases: ["task-similarity"],
    kind: "number",
    placeholder: "0..1",
    path: "taskSimilarity",
    help: "for the chapter's rule: likeness to web photographs",
  },
  {
    name: "budget",
    kind: "text",
    placeholder: "SIZE",
    path: "budget",
    help: "for the chapter's rule: low, medium, high",
  },
  {
    name: "target",
    kind: "text",
    placeholder: "NAME",
    path: "target",
    help: "for the chapter's rule: baseline, good, best",
  },
];

export const strategyCommand = questionCommand({
  name: "strategy",
  purpose:
    "Ranks the ways to fine-tune by what was published at this number of images of each class (--train-samples, --classes),\n" +
    "and says what each takes on the card. Only the model is required.",
  flags: FLAGS,
  input: withPlan,
  body: createStrategyRanking.body,
  answer: answerStrategyRanking,
  text: strategyText,
  notes: "",
});

function strategyText(answer: StrategyAnswer): string {
  const { ranking, chapterBaseline, caveats } = answer;
  const table = textTable(
    [">Place", "strategy", ">over zero-shot", "range", ">accuracy", ">memory", "", ">trained", ">time", ">cost"],
    ranking.map(rowOf),
  );
  const reasons = ranking.map(({ label, reason }) => `  ${label}: ${reason}\n`).join("");
  const agrees = chapterBaseline.agrees ? "the same" : chapterBaseline.strategy;
  return [
    `${answer.summary}\n`,
    table,
    `Why\n${reasons}`,
    `By the chapter's rule: ${agrees} (${chapterBaseline.reason})\n`,
    `Mind\n${caveats.map(({ text }) => `  ${text}\n`).join("")}`,
  ].join("\n");
}

const VERDICTS = { fits: "fits", tight: "tight", does_not_fit: "does not fit" } as const;

function rowOf({ place, label, gain, expectedAccuracy, effort }: RankedStrategy): string[] {
  return [
    String(place),
    label,
    gain === null ? "" : formatPoints(gain.likely),
    gain === null || gain.low === gain.high ? "" : `${formatPoints(gain.low)} to ${formatPoints(gain.high)}`,
    expectedAccuracy === null ? "" : formatAccuracy(expectedAccuracy.likely),
    ...(effort === null
      ? ["", "", "", "", ""]
      : [
          formatBytes(effort.memory.deviceBytes.likely, "GiB"),
          VERDICTS[effort.memory.verdict],
          formatCompactCount(effort.memory.trainableCount),
          effort.run === null ? "" : formatSeconds(effort.run.totalSeconds.likely),
          effort.run?.costUsd == null ? "" : formatUsd(effort.run.costUsd.likely),
        ]),
  ];
}
