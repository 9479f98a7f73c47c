import * as z from "zod";
import { readLine } from "./read-line";

const bytes = z.number().positive().nullable();

const measuredSchema = z.object({
  ok: z.literal(true),
  versions: z.object({ node: z.string(), onnxruntime: z.string() }),
  runSeconds: z.array(z.number().nonnegative()),
  /** Of all cores, what other processes took during each timed run. */
  othersFractions: z.array(z.number()),
  losses: z.array(z.number()),
  residentPeakBytes: z.number().positive(),
  memory: z.object({ inUsePeakBytes: bytes, requestedBytes: bytes, arenaBytes: bytes }).nullish(),
  providers: z.record(z.string(), z.int().positive()).nullish(),
});

const failedSchema = z.object({ ok: z.literal(false), error: z.string(), outOfMemory: z.boolean() });

const answerSchema = z.discriminatedUnion("ok", [measuredSchema, failedSchema]);

/** What `worker.mjs` writes about one model. */
export type WorkerAnswer = z.infer<typeof answerSchema>;
export type MeasuredAnswer = z.infer<typeof measuredSchema>;

/** @returns null for a line that is no answer */
export function readWorkerAnswer(line: string): WorkerAnswer | null {
  return readLine(line, answerSchema);
}
