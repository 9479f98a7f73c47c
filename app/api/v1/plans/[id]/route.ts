import { todaysDate } from "@/app/clock";
import { handle, refuseOthers } from "@/lib/api/handle";
import { getPlan } from "@/lib/api/operations";
import { ProblemError } from "@/lib/api/problem";
import { todayOf } from "@/lib/api/today";
import { loadPlan } from "@/lib/store/plans";

export const GET = handle(getPlan, async ({ parameters: { id } }) => {
  const stored = await loadPlan(id);
  if (stored === null) throw new ProblemError("not-found", `No plan is stored under the id ${id}.`);
  return { ...stored, url: `/p/${id}`, today: todayOf(stored.plan, stored.estimate, todaysDate()) };
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET");
