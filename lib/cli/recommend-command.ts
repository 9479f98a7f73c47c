/** `headroom recommend`: which GPU. */

import { answerRecommendation, createRecommendation } from "../api/recommendation-operation";
import { chooseAmong, shownUsd } from "../estimate/choose-among";
import type { Recommendation, RecommendationRow } from "../estimate/recommendation";
import { formatBytes, formatCount, formatDevices, formatSeconds, formatUsd } from "../format";
import { GIB } from "../units";
import { EXIT } from "./exit";
import { numberEntry, PLAN_QUESTION_FLAGS, type QuestionFlag, questionCommand, withPlan } from "./question-command";
import { textTable } from "./text-table";

const FLAGS: readonly QuestionFlag[] = [
  ...PLAN_QUESTION_FLAGS.filter(({ name }) => name !== "gpu" && name !== "devices"),
  { name: "goal", kind: "text", placeholder: "NAME", path: "goal", help: "cheapest, fastest or best_value" },
  { name: "own", kind: "list", placeholder: "GPU", path: "filter.owned", help: "only the cards you have" },
  { name: "vendor", kind: "list", placeholder: "NAME", path: "filter.vendors", help: "only cards of these makers" },
  {
    name: "count",
    kind: "list",
    placeholder: "N",
    path: "filter.deviceCounts",
    entry: numberEntry,
    help: "how many together: of 1, 2, 4 and 8",
  },
  {
    name: "min-memory-gib",
    kind: "number",
    placeholder: "GIB",
    path: "filter.smallestMemoryBytes",
    scale: GIB,
    help: "only cards with at least so much memory",
  },
  { name: "bf16", kind: "switch", path: "filter.bf16", help: "only cards with bf16 matrix units" },
  {
    name: "max-usd-per-hour",
    kind: "number",
    placeholder: "USD",
    path: "filter.highestUsdPerHour",
    help: "of all GPUs together",
  },
  { name: "max-usd", kind: "number", placeholder: "USD", path: "filter.highestUsd", help: "of the whole run" },
  {
    name: "deadline-seconds",
    kind: "number",
    placeholder: "S",
    path: "filter.deadlineSeconds",
    help: "for the whole run, by the clock",
  },
  {
    name: "changes",
    kind: "switch",
    path: "changes",
    help: "say what would make cards fit that are too small, even where others fit",
  },
];

export const recommendCommand = questionCommand({
  name: "recommend",
  purpose:
    "Puts the plan on every GPU of the catalogue, one and several together, and says what fits, how long it takes, what it\n" +
    "costs and what it waits for. Only the model is required.",
  flags: FLAGS,
  input: withPlan,
  body: createRecommendation.body,
  answer: answerRecommendation,
  text: recommendationText,
  exit: ({ best }) => (best === null ? EXIT.doesNotFit : EXIT.fits),
  notes:
    "Exit code 1 says that nothing considered fits, or none of it has what the goal asks for. With --json every row is printed, in the table the first twenty.",
});

const SHOWN_ROWS = 20;

const VERDICT_WORDS = { fits: "fits", tight: "tight", does_not_fit: "does not fit" } as const;

function recommendationText({ best, rows, fittingChanges, consideredCount }: Recommendation): string {
  const sentence = best === null ? withoutBest(rows) : best.reason;
  const shown = rows.slice(0, SHOWN_ROWS);
  const table = textTable(
    ["GPU", "verdict", ">free", ">batch", ">time", ">cost", "provider", "waits for"],
    shown.map(cells),
  );
  const names = new Map(rows.map(({ gpuId, gpuName }) => [gpuId, gpuName]));
  const changes = fittingChanges
    .slice(0, SHOWN_ROWS)
    .map(
      ({ gpuId, deviceCount, change }) => `  ${formatDevices(deviceCount, names.get(gpuId) ?? gpuId)}: ${change.label}`,
    );
  return [
    `${sentence}\n`,
    `${table}`,
    rows.length > SHOWN_ROWS ? `${SHOWN_ROWS} of ${rows.length} rows; ${consideredCount} were considered.\n` : "",
    changes.length === 0 ? "" : `It would fit with one change:\n${changes.join("\n")}\n`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** An honest no, with the nearest thing that can be said. */
function withoutBest(rows: readonly RecommendationRow[]): string {
  if (rows.length === 0) return "No GPU passes the filters.";
  const fitting = rows.filter(({ verdict }) => verdict === "fits");
  if (fitting.length === 0) return "The plan as it stands fits none of the GPUs that were considered.";
  const { best } = chooseAmong(fitting, "fastest", {});
  return best === null
    ? "It fits, but neither a time nor a price is known for these GPUs."
    : `No price is known for anything that fits: give your own with --price, or ask for the fastest. ${best.reason}`;
}

function cells(row: RecommendationRow): string[] {
  const { totalSeconds, cost, noTime } = row;
  return [
    `${formatDevices(row.deviceCount, row.gpuName)}${row.onFront ? " *" : ""}`,
    `${VERDICT_WORDS[row.verdict]}${row.runtime === "cuda" ? "" : " (as CUDA)"}`,
    formatBytes(row.headroomBytes, "GiB"),
    formatCount(row.largestBatchSize),
    totalSeconds === null ? (noTime?.code ?? "") : formatSeconds(totalSeconds.likely),
    cost === null ? "no price" : formatUsd(shownUsd(row)),
    cost?.offer === null || cost === null ? "" : `${cost.offer.provider}${cost.offer.stale === null ? "" : " (old)"}`,
    row.limitedBy ?? "",
  ];
}
