import { readValidation } from "@/app/validations";
import { eventStream, type Watched } from "@/lib/api/event-stream";
import { problemResponse, type RouteHandler, refuseOthers } from "@/lib/api/handle";
import { problemOf } from "@/lib/api/problem";
import { parseParameters } from "@/lib/api/query";
import { watchValidation } from "@/lib/api/validation-operations";
import { isFinal } from "@/lib/profile/validation";
import { guarded } from "../../guarded";

const LOOK_MS = 500;

const watch: RouteHandler = async (request, context) => {
  try {
    const { id } = parseParameters(watchValidation.parameters, (await context?.params) ?? {});
    return await eventStream(() => look(id), {
      event: "validation",
      lastVersion: request.headers.get("last-event-id"),
      signal: request.signal,
      everyMs: LOOK_MS,
    });
  } catch (error) {
    const { problem, headers } = problemOf(error);
    if (problem.status >= 500) console.error(`${watchValidation.operationId} failed`, error);
    return problemResponse(problem, headers);
  }
};

/** A place in the queue changes without a change of what waits there. */
async function look(id: string): Promise<Watched> {
  const { validation, revision } = await readValidation(id);
  const { state } = validation;
  const version = state.kind === "queued" ? `${revision}-${state.position}` : String(revision);
  return { version, value: validation, isFinal: isFinal(state) };
}

export const GET = guarded(watch);

export const { POST, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET");
