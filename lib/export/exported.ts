/** What an export is: a text to save or to run, or the reason why the plan has none in that form. */

export const EXPORT_FORMATS = ["json", "markdown", "csv", "open_clip", "huggingface", "skypilot"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedText {
  readonly ok: true;
  readonly format: ExportFormat;
  readonly fileName: string;
  readonly mediaType: string;
  readonly text: string;
  /** What the text does otherwise than the plan says, and what it fills in that no plan holds. */
  readonly notes: readonly string[];
}

export interface ExportRefusal {
  readonly ok: false;
  readonly format: ExportFormat;
  /** Every reason, each with a way out. */
  readonly reasons: readonly string[];
  /** A form in which the plan can be exported. */
  readonly instead: ExportFormat | null;
}

export type Export = ExportedText | ExportRefusal;
