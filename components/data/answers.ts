import type { Failed, Invalid } from "@/components/planner/answers";
import type { DataOverview } from "@/lib/api/data-overview";

export type OverviewAnswer = { readonly kind: "overview"; readonly overview: DataOverview } | Invalid | Failed;

/** What the page about data asks of the server. The page passes the action in. */
export type AskOverview = (question: unknown) => Promise<OverviewAnswer>;
