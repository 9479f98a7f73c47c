/** `headroom export`: a plan as a command, a script, a task or a document. */

import { createEstimate } from "../api/operations";
import { checkBody } from "../api/parse-body";
import { ProblemError } from "../api/problem";
import { nearestNames } from "../catalogue/nearest-names";
import { estimatePlan } from "../estimate/plan";
import { exportPlan } from "../export/export-plan";
import { EXPORT_FORMATS, type ExportFormat } from "../export/exported";
import type { Issue } from "../plan/plan";
import type { Console } from "./console";
import { EXIT } from "./exit";
import { type Arguments, type Flag, flagHelp, readArguments } from "./flags";
import { issueLine, PLAN_FLAGS, planInput } from "./plan-flags";
import { BASE_FLAGS, basePlan, exclusions, strayOperands } from "./plan-source";

const OUTPUT_FLAGS = [
  { name: "format", kind: "text", placeholder: "NAME", help: EXPORT_FORMATS.join(", ") },
  { name: "estimate", kind: "switch", help: "with json, markdown or csv: add the figures of the estimate" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

const FLAGS: readonly Flag[] = [...PLAN_FLAGS, ...BASE_FLAGS, ...OUTPUT_FLAGS];

const DOCUMENTS: readonly ExportFormat[] = ["json", "markdown", "csv"];

export async function exportCommand(argv: readonly string[], console: Console): Promise<number> {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(help());
    return EXIT.done;
  }
  const format = EXPORT_FORMATS.find((name) => name === values.get("format"));
  const mistakes = [...issues, ...strayOperands(operands), ...contradictions(values), ...unknownFormat(values)];
  try {
    const checked = checkBody(createEstimate.body, planInput(values, await basePlan(values, console)));
    if (!checked.ok) throw ProblemError.invalid([...mistakes, ...checked.issues]);
    if (mistakes.length > 0 || format === undefined) throw ProblemError.invalid(mistakes);
    const exported = exportPlan(
      format,
      checked,
      values.get("estimate") === true ? estimatePlan(checked, { today: console.today }) : null,
    );
    if (exported.ok) {
      await console.error(exported.notes.map((note) => `headroom: ${note}\n`).join(""));
      await console.write(exported.text);
      return EXIT.done;
    }
    const wayOut = exported.instead === null ? [] : [`--format ${exported.instead} can hold this plan`];
    await console.error([...exported.reasons, ...wayOut].map((line) => `headroom: ${line}\n`).join(""));
    return EXIT.notExpressible;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const lines = error.problem.issues?.map(issueLine) ?? [error.problem.detail];
    await console.error(lines.map((line) => `headroom: ${line}\n`).join(""));
    return EXIT.badInput;
  }
}

function contradictions(values: Arguments["values"]): Issue[] {
  const issues = exclusions(values, [
    ["plan", "link"],
    ["model", "model-config"],
  ]);
  const format = values.get("format");
  if (values.has("estimate") && EXPORT_FORMATS.some((name) => name === format && !DOCUMENTS.includes(name))) {
    const message = `--estimate adds figures to ${DOCUMENTS.join(", ")}; ${String(format)} holds the plan alone`;
    issues.push({ path: "--estimate", code: "contradiction", message });
  }
  return issues;
}

function unknownFormat(values: Arguments["values"]): Issue[] {
  const format = values.get("format");
  if (EXPORT_FORMATS.some((name) => name === format)) return [];
  if (format === undefined) {
    const message = `--format is missing: one of ${EXPORT_FORMATS.join(", ")}`;
    return [{ path: "--format", code: "missing_value", message, suggestions: EXPORT_FORMATS }];
  }
  const near = nearestNames(String(format), EXPORT_FORMATS);
  const suggestions = near.length > 0 ? near : EXPORT_FORMATS;
  const message = `--format takes ${EXPORT_FORMATS.join(", ")}`;
  return [{ path: "--format", code: "invalid_value", message, received: String(format), suggestions }];
}

function help(): string {
  return `Usage: headroom export --format NAME --model NAME [flags]

Writes the plan to standard output as something to run or to keep; what to know about it goes to standard error.

  open_clip    the torchrun command of open_clip's training program
  huggingface  a training script in Python for transformers, with PEFT for LoRA
  skypilot     a SkyPilot task that rents the GPUs and trains on them
  json         the plan, complete: estimate --plan takes it back
  markdown     the plan as a document
  csv          the plan as a table

The plan. Only the model is required.
${flagHelp(PLAN_FLAGS)}
Where the plan starts from. Flags replace its fields.
${flagHelp(BASE_FLAGS)}
What is written.
${flagHelp(OUTPUT_FLAGS)}
Exit codes: 0 written, 1 the plan cannot be had in this form (the reasons are told), 64 bad input.
`;
}
