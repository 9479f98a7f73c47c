import { todaysDate } from "@/app/clock";
import { answerEstimate } from "@/lib/api/answer-estimate";
import { handle, refuseOthers } from "@/lib/api/handle";
import { createEstimate } from "@/lib/api/operations";

export const POST = handle(createEstimate, ({ body, query }) => answerEstimate(body, todaysDate(), query.include));

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
