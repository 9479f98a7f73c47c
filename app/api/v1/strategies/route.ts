import { todaysDate } from "@/app/clock";
import { answerStrategyRanking, createStrategyRanking } from "@/lib/api/data-operations";
import { handle, refuseOthers } from "@/lib/api/handle";

export const POST = handle(createStrategyRanking, ({ body }) => answerStrategyRanking(body, todaysDate()));

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
