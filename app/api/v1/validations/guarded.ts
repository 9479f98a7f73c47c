import { requireAccess } from "@/app/validations";
import { problemResponse, type RouteHandler } from "@/lib/api/handle";
import { problemOf } from "@/lib/api/problem";

/** Lets only those through who may run something on this machine, before anything they sent is read. */
export function guarded(handler: RouteHandler): RouteHandler {
  return async (request, context) => {
    try {
      requireAccess(request.headers);
    } catch (error) {
      const { problem } = problemOf(error);
      return problemResponse(
        problem,
        problem.status === 401 ? { "WWW-Authenticate": 'Bearer realm="validation"' } : {},
      );
    }
    return handler(request, context);
  };
}
