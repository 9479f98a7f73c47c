import { parseDataRequest } from "../../lib/api/data-request-schema";
import { type DataRequirement, dataRequirement } from "../../lib/estimate/data/data-requirement";

/** The answer to a question about data that has to be a good one. */
export function askData(input: unknown): DataRequirement {
  const parsed = parseDataRequest(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return dataRequirement(parsed.request, parsed.assumptions);
}
