import { todaysDate } from "@/app/clock";
import { answerSearchBudget, createSearchBudget } from "@/lib/api/data-operations";
import { handle, refuseOthers } from "@/lib/api/handle";

export const POST = handle(createSearchBudget, ({ body }) => answerSearchBudget(body, todaysDate()));

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
