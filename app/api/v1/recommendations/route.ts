import { todaysDate } from "@/app/clock";
import { handle, refuseOthers } from "@/lib/api/handle";
import { answerRecommendation, createRecommendation } from "@/lib/api/recommendation-operation";

export const POST = handle(createRecommendation, ({ body }) => answerRecommendation(body, todaysDate()));

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
