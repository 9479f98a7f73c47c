import type { ExportFormat } from "@/lib/export/exported";

interface ExportText {
  readonly label: string;
  /** What one gets, in one line. */
  readonly help: string;
}

/** The forms in which a plan can be taken along, what runs first. */
export const EXPORT_TEXTS = {
  open_clip: { label: "open_clip command", help: "A shell script that runs open_clip's own training program." },
  huggingface: { label: "Hugging Face script", help: "One Python script for transformers, with PEFT for LoRA." },
  skypilot: { label: "SkyPilot task", help: "Rents the GPUs and trains on them." },
  json: { label: "JSON", help: "The plan and its figures, for programs." },
  markdown: { label: "Markdown", help: "The plan and its figures, for people." },
  csv: { label: "CSV", help: "The plan and its figures, one a line, for spreadsheets." },
} as const satisfies Record<ExportFormat, ExportText>;

export const EXPORT_ORDER = [
  "open_clip",
  "huggingface",
  "skypilot",
  "json",
  "markdown",
  "csv",
] as const satisfies readonly ExportFormat[];
