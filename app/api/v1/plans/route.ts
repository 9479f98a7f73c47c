import { todaysDate } from "@/app/clock";
import { calibrationIn } from "@/lib/api/calibration-query";
import { handle, refuseOthers } from "@/lib/api/handle";
import { createPlan } from "@/lib/api/operations";
import { estimatePlan } from "@/lib/estimate/plan";
import { savePlan } from "@/lib/store/plans";

export const POST = handle(
  createPlan,
  async ({ body, query }) => {
    const calibration = calibrationIn(query);
    const options = { today: todaysDate(), ...(calibration === null ? {} : { calibration }) };
    const { id } = await savePlan({ plan: body.plan, estimate: estimatePlan(body, options) });
    return { id, url: `/p/${id}` };
  },
  ({ id }) => `/api/v1/plans/${id}`,
);

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
