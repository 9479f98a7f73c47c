/** Earlier measurements that a command is pointed at: what `headroom validate --json` printed. */

import { ProblemError } from "../api/problem";
import { requestIssues } from "../api/request-issues";
import { validationSchema } from "../api/validation-schema";
import type { Issue } from "../plan/plan";
import type { MeasuredValidation } from "../profile/calibrate";
import type { Console } from "./console";
import type { Arguments, Flag } from "./flags";
import { readJson } from "./plan-source";

export const CALIBRATION_FLAG = {
  name: "calibration",
  kind: "list",
  placeholder: "FILES",
  help: "files that headroom validate --json wrote: measurements of this very device stand in for what is assumed of it",
} as const satisfies Flag;

/** A validation from the command line has no id; one from a server does, and nobody asks for it here. */
const fileSchema = validationSchema.partial({ id: true });

/** @throws {ProblemError} with everything that is wrong with all files */
export async function measuredBefore(
  values: Arguments["values"],
  console: Console,
): Promise<readonly MeasuredValidation[]> {
  const files = values.get(CALIBRATION_FLAG.name);
  const [read, issues]: [MeasuredValidation[], Issue[]] = [[], []];
  for (const file of Array.isArray(files) ? files : []) {
    const found = await validationIn(file, console);
    if (Array.isArray(found)) issues.push(...found);
    else read.push(found);
  }
  if (issues.length > 0) throw ProblemError.invalid(issues);
  return read;
}

/** The validation of a file, or everything that is wrong with it, with the file's name. */
async function validationIn(file: string, console: Console): Promise<MeasuredValidation | Issue[]> {
  const named = (issues: readonly Issue[]) =>
    issues.map((issue) => ({ ...issue, message: `${file}: ${issue.message}`, path: `--${CALIBRATION_FLAG.name}` }));
  try {
    const input = await readJson(CALIBRATION_FLAG.name, file, console);
    const parsed = fileSchema.safeParse(input);
    if (parsed.success) return parsed.data;
    return named(requestIssues(parsed.error.issues, input, Object.keys(fileSchema.shape)));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { issues, detail } = error.problem;
    return named(issues ?? [{ path: "", code: "unreadable_file", message: detail }]);
  }
}
