/** Goal and filter as they stand in the address: texts, so that a slip is shown where it was made. */

import { parseFigure } from "@/components/planner/plan-input";
import { DEVICE_COUNTS, GOALS, type Goal, type RecommendationFilter } from "@/lib/estimate/recommendation";
import { GIB, HOUR_SECONDS } from "@/lib/units";

/** Parameters of the page, beside those of the plan. */
export const CHOICE_PARAMETERS = [
  "goal",
  "owned",
  "vendors",
  "counts",
  "minMemory",
  "bf16",
  "maxPerHour",
  "maxCost",
  "deadline",
  "sort",
] as const;

export type ChoiceParameter = (typeof CHOICE_PARAMETERS)[number];

/** What was chosen, as the address says it; an absent entry was not. Lists are parted by commas. */
export type Choices = Readonly<Partial<Record<ChoiceParameter, string>>>;

export interface ReadChoices {
  readonly goal: Goal;
  readonly filter: RecommendationFilter;
  /** What is wrong with a choice. It then restricts nothing, which is said beside it. */
  readonly problems: Readonly<Partial<Record<ChoiceParameter, string>>>;
}

/** What cards there are to be named. */
export interface KnownCards {
  readonly gpuIds: ReadonlySet<string>;
  readonly vendors: readonly string[];
}

export function choicesIn(query: URLSearchParams): Choices {
  return Object.fromEntries(
    CHOICE_PARAMETERS.flatMap((name) => {
      const values = query.getAll(name);
      return values.length === 0 ? [] : [[name, values.join(",")]];
    }),
  );
}

/** A copy with one choice replaced; undefined takes it back. */
export function withChoice(choices: Choices, name: ChoiceParameter, text: string | undefined): Choices {
  const { [name]: _replaced, ...others } = choices;
  return text === undefined ? others : { ...others, [name]: text };
}

/** Query string of the choices without "?", in one order. Empty where nothing was chosen. */
export function choicesQuery(choices: Choices): string {
  return CHOICE_PARAMETERS.flatMap((name) => {
    const text = choices[name];
    return text === undefined
      ? []
      : [`${name}=${encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%20", "+")}`];
  }).join("&");
}

/** Entries of a list in the address. */
export function listed(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : text.split(",");
}

export function readChoices(choices: Choices, known: KnownCards): ReadChoices {
  const problems: Partial<Record<ChoiceParameter, string>> = {};
  const figure = (name: ChoiceParameter, what: string, scale: number) => {
    const text = choices[name];
    if (text === undefined || text.trim() === "") return undefined;
    const value = parseFigure(text, scale);
    if (typeof value === "number" && value > 0) return value;
    problems[name] = `“${text.trim().slice(0, 40)}” is not ${what} above 0. Nothing is left out by it.`;
    return undefined;
  };
  const list = (name: ChoiceParameter, isKnown: (entry: string) => boolean, what: string) => {
    if (choices[name] === undefined) return undefined;
    const entries = listed(choices[name]);
    const unknown = entries.filter((entry) => !isKnown(entry));
    if (unknown.length > 0)
      problems[name] = `${unknown.map((entry) => `“${entry.slice(0, 40)}”`).join(", ")}: no ${what}.`;
    return entries.filter(isKnown);
  };
  const goal = GOALS.find((each) => each === choices.goal);
  if (goal === undefined && choices.goal !== undefined) {
    problems.goal = `“${choices.goal.slice(0, 40)}” is no goal; this is the order for cheapest.`;
  }
  if (choices.bf16 !== undefined && choices.bf16 !== "true") {
    problems.bf16 = `bf16=${choices.bf16.slice(0, 40)} means nothing; only “true” does. Nothing is left out by it.`;
  }
  const filter = {
    owned: list("owned", (id) => known.gpuIds.has(id), "card of the catalogue"),
    vendors: nonEmpty(list("vendors", (vendor) => known.vendors.includes(vendor), "vendor of the catalogue")),
    deviceCounts: nonEmpty(
      list("counts", (count) => DEVICE_COUNTS.some((each) => String(each) === count), "number of GPUs we look at"),
    )?.map(Number),
    smallestMemoryBytes: figure("minMemory", "a memory in GiB", GIB),
    bf16: choices.bf16 === "true" ? true : undefined,
    highestUsdPerHour: figure("maxPerHour", "a price in dollars", 1),
    highestUsd: figure("maxCost", "a price in dollars", 1),
    deadlineSeconds: figure("deadline", "a number of hours", HOUR_SECONDS),
  };
  // An absent entry, not an undefined one: the server takes no others.
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return { goal: goal ?? "cheapest", filter: given, problems };
}

/** Nothing ticked restricts nothing. */
function nonEmpty<Entry>(entries: readonly Entry[] | undefined): readonly Entry[] | undefined {
  return entries === undefined || entries.length === 0 ? undefined : entries;
}
