import type { Estimate } from "../estimate/estimate";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Export, ExportFormat } from "./exported";
import { huggingFaceScript } from "./hugging-face-script";
import { openClipCommand } from "./open-clip-command";
import { planAsCsv, planAsJson, planAsMarkdown } from "./plan-document";
import { skyPilotTask } from "./skypilot-task";

/**
 * A plan in the form that was asked for. Pure: the same plan gives the same text.
 *
 * @param estimate  adds its figures to the documents; commands and scripts hold the plan alone
 */
export function exportPlan(format: ExportFormat, parsed: ParsedPlan, estimate: Estimate | null = null): Export {
  switch (format) {
    case "json":
      return planAsJson(parsed, estimate);
    case "markdown":
      return planAsMarkdown(parsed, estimate);
    case "csv":
      return planAsCsv(parsed, estimate);
    case "open_clip":
      return openClipCommand(parsed);
    case "huggingface":
      return huggingFaceScript(parsed);
    case "skypilot":
      return skyPilotTask(parsed);
  }
}
