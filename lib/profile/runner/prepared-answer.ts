import * as z from "zod";
import type { CountedLoad } from "../validation";
import { readLine } from "./read-line";

const bytes = z.number().nonnegative();

const loadSchema = z.object({
  flops: z.number().nonnegative(),
  bytes,
  nodes: z.number().nonnegative(),
  isQueued: z.boolean(),
  countedBy: z.string(),
}) satisfies z.ZodType<CountedLoad>;

const modelSchema = z.object({
  stepCount: z.int().positive(),
  file: z.string(),
  nodeCount: z.int().positive(),
  modelBytes: z.int().positive(),
  memory: z.object({ inUsePeakBytes: bytes, requestedPeakBytes: bytes, arenaBytes: bytes }),
});

const answerSchema = z.object({ models: z.tuple([modelSchema, modelSchema]), load: loadSchema });

/** The models of one batch size, of few steps and of more, as files; what each is predicted to take, and what one step asks. */
export type PreparedAnswer = z.infer<typeof answerSchema>;
export type PreparedFile = PreparedAnswer["models"][number];

/** What `prepare-program.ts` writes. @returns null for a line that is no answer */
export function readPreparedAnswer(line: string): PreparedAnswer | null {
  return readLine(line, answerSchema);
}
