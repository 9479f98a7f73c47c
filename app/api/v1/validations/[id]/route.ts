import { endValidation, readValidation } from "@/app/validations";
import { handle, refuseOthers } from "@/lib/api/handle";
import { cancelValidation, getValidation } from "@/lib/api/validation-operations";
import { guarded } from "../guarded";

export const GET = guarded(
  handle(getValidation, async ({ parameters: { id } }) => (await readValidation(id)).validation),
);

export const DELETE = guarded(handle(cancelValidation, ({ parameters: { id } }) => endValidation(id)));

export const { POST, PUT, PATCH, OPTIONS } = refuseOthers("GET", "DELETE");
