/** What is asked of a check beside its plan, as it stands in the address: texts, so that a slip is shown where it was made. */

import { type PlanInput, parseFigure } from "@/components/planner/plan-input";
import type { CheckQuestion } from "./answers";

/** Parameters of the page, beside those of the plan. */
export const ASKED_PARAMETERS = ["device", "batches", "repeats", "timeLimit", "calibrate"] as const;

export type AskedParameter = (typeof ASKED_PARAMETERS)[number];

/** An absent entry is chosen for the machine. */
export type Asked = Readonly<Partial<Record<AskedParameter, string>>>;

export function askedIn(query: URLSearchParams): Asked {
  return Object.fromEntries(
    ASKED_PARAMETERS.flatMap((name) => {
      const value = query.get(name);
      return value === null || value.trim() === "" ? [] : [[name, value]];
    }),
  );
}

/** A copy with one entry replaced; an empty text takes it back. */
export function withAsked(asked: Asked, name: AskedParameter, text: string): Asked {
  const { [name]: _replaced, ...others } = asked;
  return text.trim() === "" ? others : { ...others, [name]: text };
}

/** Query string without "?", in one order. Empty where nothing was asked. */
export function askedQuery(asked: Asked): string {
  return ASKED_PARAMETERS.flatMap((name) => {
    const text = asked[name];
    return text === undefined ? [] : [`${name}=${encodeURIComponent(text.trim()).replaceAll("%2C", ",")}`];
  }).join("&");
}

/** The question as the server reads it: figures where figures were typed, the text itself where they were not. */
export function questionOf(plan: PlanInput, { device, batches, repeats, timeLimit, calibrate }: Asked): CheckQuestion {
  return {
    plan,
    ...(device === undefined ? {} : { device }),
    ...(batches === undefined ? {} : { batchSizes: listOf(batches) }),
    ...(repeats === undefined ? {} : { repeats: parseFigure(repeats) }),
    ...(timeLimit === undefined ? {} : { timeLimitSeconds: parseFigure(timeLimit) }),
    ...(calibrate === undefined ? {} : { calibrate: SWITCH[calibrate] ?? calibrate }),
  };
}

const SWITCH: Readonly<Record<string, boolean>> = { true: true, false: false };

/** "1, 2 4" is three sizes; a comma at the end is somebody who goes on typing. */
function listOf(text: string): readonly (number | string | undefined)[] {
  return text
    .split(/[\s,;]+/)
    .filter((entry) => entry !== "")
    .map((entry) => parseFigure(entry));
}
