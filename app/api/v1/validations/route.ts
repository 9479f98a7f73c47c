import { recentValidations, submitValidation } from "@/app/validations";
import { handle, refuseOthers } from "@/lib/api/handle";
import { createValidation, listValidations } from "@/lib/api/validation-operations";
import { guarded } from "./guarded";

const LISTED = 20;

export const POST = guarded(
  handle(
    createValidation,
    ({ body }) => submitValidation(body.request),
    ({ id }) => `/api/v1/validations/${id}`,
  ),
);

export const GET = guarded(
  handle(listValidations, async ({ query }) => ({ validations: await recentValidations(query.limit ?? LISTED) })),
);

export const { PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET", "POST");
