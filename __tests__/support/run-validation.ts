/** Runs the validation that is given as JSON, as a server does, and prints what came of it. */

import { runValidation } from "../../lib/profile/runner/run-validation";
import type { ValidationRequest } from "../../lib/profile/validation";

// A parse boundary: a test wrote it.
const request = JSON.parse(process.argv[2] ?? "") as ValidationRequest;
const ran = await runValidation(request, { signal: new AbortController().signal, program: "a program of tests" });
process.stdout.write(JSON.stringify(ran));
