import type * as z from "zod";

/** What another process wrote as one line. @returns null for a line that is not JSON, or not of this shape */
export function readLine<T>(line: string, schema: z.ZodType<T>): T | null {
  let written: unknown;
  try {
    written = JSON.parse(line);
  } catch {
    return null;
  }
  const read = schema.safeParse(written);
  return read.success ? read.data : null;
}
