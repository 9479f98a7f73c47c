/** What may be asked to run: a plan, where, and how much of it. */

import * as z from "zod";
import { valueAt } from "../plan/issues";
import type { Issue, Plan } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { defaultBatchSizes, VALIDATION_DEFAULTS, VALIDATION_LIMITS } from "../profile/request-limits";
import { judgeRunnable } from "../profile/runnable-plan";
import { DEVICES, type Device, type ValidationRequest } from "../profile/validation";
import { requestIssues } from "./request-issues";
import { planIn } from "./strategy-request-schema";

const { batchSize, batchSizeCount, repeats, timeLimitSeconds } = VALIDATION_LIMITS;
const whole = (most: number) => `must be a whole number from 1 to ${most}`;
const sizes = `must be a list of 1 to ${batchSizeCount} batch sizes`;
const seconds = `must be a number of seconds from ${timeLimitSeconds.min} to ${timeLimitSeconds.max}`;

const FIELDS = {
  device: z
    .enum(DEVICES, `must be one of ${DEVICES.join(", ")}`)
    .describe("Where it runs: `cuda` is the first NVIDIA GPU of the server's machine"),
  batchSizes: z
    .array(
      z.number(whole(batchSize)).int(whole(batchSize)).min(1, whole(batchSize)).max(batchSize, whole(batchSize)),
      sizes,
    )
    .min(1, sizes)
    .max(batchSizeCount, sizes)
    .optional()
    .describe("Smallest first. Default: a quarter, a half and the whole of the plan's batch; on the CPU of 8 at most"),
  repeats: z
    .number(whole(repeats))
    .int(whole(repeats))
    .min(1, whole(repeats))
    .max(repeats, whole(repeats))
    .optional()
    .describe(`Timed runs of each model. Default: ${VALIDATION_DEFAULTS.repeats}`),
  timeLimitSeconds: z
    .number(seconds)
    .min(timeLimitSeconds.min, seconds)
    .max(timeLimitSeconds.max, seconds)
    .optional()
    .describe(`For the whole. Default: ${VALIDATION_DEFAULTS.timeLimitSeconds}`),
  calibrate: z
    .boolean("must be true or false")
    .optional()
    .describe(
      "Whether seconds are predicted from what was measured on this device before; measurements of no other device are used. Default: true",
    ),
};

const MESSAGE = 'must be an object such as {"plan": {"model": "ViT-B-32"}, "device": "cpu"}';

/** For documents: the plan with all its fields. */
export const validationRequestSchema = z.strictObject({ plan: planSchema, ...FIELDS }, MESSAGE).meta({
  description:
    "A plan to run for a few steps. Left out, the plan's precision is what the device can run: fp32 on a CPU, amp on CUDA",
});

/** For reading: the plan has a reader of its own, which says more. */
const outerSchema = z.strictObject({ plan: z.unknown(), ...FIELDS }, MESSAGE);

export interface ParsedValidationRequest {
  readonly ok: true;
  readonly request: ValidationRequest;
}

/** Says everything that is wrong with a request at once, what the engine cannot run included. */
export function parseValidationRequest(
  input: unknown,
): ParsedValidationRequest | { readonly ok: false; readonly issues: readonly Issue[] } {
  const outer = outerSchema.safeParse(input);
  const issues = outer.success ? [] : requestIssues(outer.error.issues, input, Object.keys(outerSchema.shape));
  const device = DEVICES.find((name) => name === valueAt(input, ["device"]));
  const plan = planIn(device === "cpu" ? withCpuPrecision(input) : input);
  if (plan !== null && !plan.ok) issues.push(...plan.issues);
  if (plan?.ok === true && device !== undefined) issues.push(...cannotRun(plan.parsed.plan, device));
  if (issues.length > 0 || !outer.success || plan?.ok !== true) return { ok: false, issues };
  const { batchSizes = defaultBatchSizes(plan.parsed.plan, outer.data.device), ...rest } = outer.data;
  return {
    ok: true,
    request: {
      plan: plan.parsed.plan,
      device: rest.device,
      batchSizes: [...new Set(batchSizes)].sort((a, b) => a - b),
      repeats: rest.repeats ?? VALIDATION_DEFAULTS.repeats,
      timeLimitSeconds: rest.timeLimitSeconds ?? VALIDATION_DEFAULTS.timeLimitSeconds,
      calibrate: rest.calibrate ?? true,
    },
  };
}

/** A plan that leaves its precision open means the device's own; the usual default is for GPUs. */
function withCpuPrecision(input: unknown): unknown {
  const plan = valueAt(input, ["plan"]);
  if (!isRecord(input) || !isRecord(plan) || plan.precision !== undefined) return input;
  return { ...input, plan: { ...plan, precision: "fp32" } };
}

function cannotRun(plan: Plan, device: Device): Issue[] {
  const judgement = judgeRunnable(plan, device);
  if (judgement.ok) return [];
  const issues = judgement.issues.map((issue) => ({ ...issue, path: `plan.${issue.path}` }));
  if (issues.length === 1) return issues;
  const changes = JSON.stringify(judgement.changes);
  const message = `The nearest plan that can run differs in ${changes}`;
  return [...issues, { path: "plan", code: "nearest_plan", message, suggestions: [changes] }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
