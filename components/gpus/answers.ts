import type { Failed, Invalid } from "@/components/planner/answers";
import type { Recommendation } from "@/lib/estimate/recommendation";
import type { Plan } from "@/lib/plan/plan";

export interface Recommended {
  readonly kind: "recommendation";
  readonly plan: Plan;
  readonly recommendation: Recommendation;
}

export type RecommendAnswer = Recommended | Invalid | Failed;

/** What the page asks of the server where cards are too small, and where measurements of a card are switched on or off. */
export type AskRecommendation = (
  input: unknown,
  options: unknown,
  calibration: string | null,
) => Promise<RecommendAnswer>;
