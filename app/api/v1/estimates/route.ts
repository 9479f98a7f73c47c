import { todaysDate } from "@/app/clock";
import { answerEstimate } from "@/lib/api/answer-estimate";
import { calibrationIn } from "@/lib/api/calibration-query";
import { handle, refuseOthers } from "@/lib/api/handle";
import { createEstimate } from "@/lib/api/operations";

export const POST = handle(createEstimate, ({ body, query }) => {
  const calibration = calibrationIn(query);
  return answerEstimate(
    body,
    todaysDate(),
    query.include,
    calibration === null ? undefined : { kind: "calibrated", calibration },
  );
});

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
