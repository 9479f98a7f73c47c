import { todaysDate } from "@/app/clock";
import { calibrationIn } from "@/lib/api/calibration-query";
import { handle, refuseOthers } from "@/lib/api/handle";
import { answerRecommendation, createRecommendation } from "@/lib/api/recommendation-operation";

export const POST = handle(createRecommendation, ({ body, query }) =>
  answerRecommendation(body, todaysDate(), calibrationIn(query)),
);

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
