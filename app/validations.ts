/** Validations on this server: the queue and the store put together, and who may use them. */

import { hostname } from "node:os";
import { measuredBefore } from "@/app/calibrations";
import { ProblemError } from "@/lib/api/problem";
import { refusedAccess } from "@/lib/api/validation-access";
import { VALIDATION_LIMITS } from "@/lib/profile/request-limits";
import { ValidationQueue } from "@/lib/profile/runner/validation-queue";
import { isFinal, type Validation, type ValidationRequest } from "@/lib/profile/validation";
import * as store from "@/lib/store/validations";

const queue = new ValidationQueue({
  host: hostname(),
  store: store.validationQueueStore,
  earlier: async (device) => (await measuredBefore(device)).validations,
  onError: (error) => console.error("validation queue", error),
});

/** @throws {ProblemError} 401 or 403 for who may not run anything here */
export function requireAccess(headers: Headers): void {
  const refusal = refusedAccess(headers, {
    listensOn: process.env.HEADROOM_LISTENS_ON ?? null,
    token: process.env.HEADROOM_VALIDATION_TOKEN ?? null,
  });
  if (refusal !== null) throw refusal;
}

/** @throws {ProblemError} 429 when too many wait */
export async function submitValidation(request: ValidationRequest): Promise<Validation> {
  const id = await store.addValidation(request, hostname(), VALIDATION_LIMITS.queueLength);
  queue.wake();
  if (id === null) {
    const detail = `${VALIDATION_LIMITS.queueLength} validations wait on this machine already, which is the most that may.`;
    throw new ProblemError("queue-full", detail);
  }
  return (await readValidation(id)).validation;
}

/** @throws {ProblemError} 404 when there is none */
export async function readValidation(id: string): Promise<store.ValidationReading> {
  await queue.markAbandoned();
  const reading = await store.loadValidation(id);
  if (reading === null) throw missing(id);
  // Whoever is asked sees to it that somebody runs it.
  if (!isFinal(reading.validation.state)) queue.wake();
  return reading;
}

export async function recentValidations(limit: number): Promise<readonly Validation[]> {
  await queue.markAbandoned();
  const validations = await store.listValidations(limit);
  if (validations.some(({ state }) => !isFinal(state))) queue.wake();
  return validations;
}

/** @throws {ProblemError} 404 when there is none */
export async function endValidation(id: string): Promise<Validation> {
  const reading = await store.cancelValidation(id);
  if (reading === null) throw missing(id);
  queue.wake();
  return reading.validation;
}

function missing(id: string): ProblemError {
  return new ProblemError("not-found", `No validation is stored under the id ${id}.`);
}
