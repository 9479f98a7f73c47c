import { answerDataRequirement, createDataRequirement } from "@/lib/api/data-operations";
import { handle, refuseOthers } from "@/lib/api/handle";

export const POST = handle(createDataRequirement, ({ body }) => answerDataRequirement(body));

export const { GET, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("POST");
