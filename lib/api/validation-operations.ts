/** The operations that run a training step on the server's machine. */

import * as z from "zod";
import { formatSeconds } from "../format";
import { VALIDATION_DEFAULTS, VALIDATION_LIMITS } from "../profile/request-limits";
import type { Validation } from "../profile/validation";
import { NO_BODY, type Operation } from "./operation";
import type { ProblemKind } from "./problem";
import {
  type ParsedValidationRequest,
  parseValidationRequest,
  validationRequestSchema,
} from "./validation-request-schema";
import { validationSchema } from "./validation-schema";

const NOTHING = z.strictObject({});
const BY_ID = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .describe("The id that asking for the validation gave"),
});

type Nothing = z.infer<typeof NOTHING>;
type ById = z.infer<typeof BY_ID>;

const ACCESS: readonly ProblemKind[] = ["unauthorized", "validation-off"];
const OF_ONE: readonly ProblemKind[] = [...ACCESS, "not-found", "invalid", "unavailable"];

const PATH = "/api/v1/validations";

const { min, max } = VALIDATION_LIMITS.timeLimitSeconds;

const answer: z.ZodType<Validation> = validationSchema;

export const createValidation: Operation<ParsedValidationRequest, Nothing, Nothing, Validation> = {
  operationId: "createValidation",
  method: "POST",
  path: PATH,
  summary: "Run a plan's training step on the server's machine",
  description:
    "Queues real training steps of the plan at a few batch sizes and sets what they take beside what was predicted. One runs at " +
    "a time on each device. It is off unless the server listens on 127.0.0.1 and is asked from there, or has a token and is " +
    `sent it. At most ${VALIDATION_LIMITS.batchSizeCount} batch sizes up to ${VALIDATION_LIMITS.batchSize}, ` +
    `${VALIDATION_LIMITS.repeats} repeats, ${formatSeconds(min)} to ${formatSeconds(max)} (${formatSeconds(
      VALIDATION_DEFAULTS.timeLimitSeconds,
    )} unless asked otherwise), ${VALIDATION_LIMITS.queueLength} waiting.`,
  parameters: NOTHING,
  query: NOTHING,
  body: { schema: validationRequestSchema, parse: parseValidationRequest },
  status: 202,
  answer,
  answerSummary: "It waits, or runs already; `Location` is where to follow it",
  cacheControl: "no-store",
  problems: ["not-json", ...ACCESS, "too-large", "not-json-type", "invalid", "queue-full", "unavailable"],
  examples: [
    {
      id: "validate-cpu",
      summary: "Three batch sizes on the CPU",
      url: PATH,
      body: { plan: { model: "ViT-B-32", precision: "fp32" }, device: "cpu", batchSizes: [1, 2, 4] },
      status: 202,
    },
    {
      id: "validation-invalid",
      summary: "A plan that this engine cannot run, and the nearest that it can",
      url: PATH,
      body: { plan: { model: "ViT-B-32", precision: "bf16", optimizer: "adamw_8bit", deviceCount: 8 }, device: "cuda" },
      status: 422,
    },
  ],
};

const listSchema: z.ZodType<{ readonly validations: readonly Validation[] }> = z.object({
  validations: z.array(validationSchema),
});

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).optional().describe("How many, from 1 to 100. Default: 20"),
});

export const listValidations: Operation<
  { readonly ok: true },
  z.infer<typeof listQuery>,
  Nothing,
  { readonly validations: readonly Validation[] }
> = {
  operationId: "listValidations",
  method: "GET",
  path: PATH,
  summary: "List validations",
  description: "Those that wait, run and have ended, the newest first.",
  parameters: NOTHING,
  query: listQuery,
  body: NO_BODY,
  status: 200,
  answer: listSchema,
  answerSummary: "The validations",
  cacheControl: "no-store",
  problems: [...ACCESS, "invalid", "unavailable"],
  examples: [{ id: "newest", summary: "The five newest", url: `${PATH}?limit=5`, status: 200 }],
};

export const getValidation: Operation<{ readonly ok: true }, Nothing, ById, Validation> = {
  operationId: "getValidation",
  method: "GET",
  path: `${PATH}/{id}`,
  summary: "Read a validation",
  description: "How it stands: its place in the queue, how far it is, or what was measured.",
  parameters: BY_ID,
  query: NOTHING,
  body: NO_BODY,
  status: 200,
  answer,
  answerSummary: "The validation",
  cacheControl: "no-store",
  problems: OF_ONE,
  examples: [],
};

export const watchValidation: Operation<{ readonly ok: true }, Nothing, ById, Validation> = {
  operationId: "watchValidation",
  method: "GET",
  path: `${PATH}/{id}/events`,
  summary: "Follow a validation",
  description:
    "Server-sent events named `validation`, each with the whole of it as it stands; the last one is final, then the stream ends. " +
    "A reader that comes back with `Last-Event-ID` misses nothing, and gets 204 when it has the final state already.",
  parameters: BY_ID,
  query: NOTHING,
  body: NO_BODY,
  status: 200,
  answer,
  answerSummary: "The validation, whenever something changes",
  answerType: "text/event-stream",
  cacheControl: "no-store",
  problems: OF_ONE,
  examples: [],
};

export const cancelValidation: Operation<{ readonly ok: true }, Nothing, ById, Validation> = {
  operationId: "cancelValidation",
  method: "DELETE",
  path: `${PATH}/{id}`,
  summary: "Cancel a validation",
  description:
    "One that waits is cancelled at once, one that runs within a few seconds; what was measured stays. One that has ended is " +
    "answered as it is.",
  parameters: BY_ID,
  query: NOTHING,
  body: NO_BODY,
  status: 200,
  answer,
  answerSummary: "The validation",
  cacheControl: "no-store",
  problems: OF_ONE,
  examples: [],
};
