import { downloadText } from "@/components/ui/download";

/** Rows as CSV (RFC 4180): figures as they are, text quoted where it must be. */
export function toCsv(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) =>
    typeof value === "string" && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Hands a table to the browser as a file. */
export function downloadCsv(fileName: string, text: string): void {
  downloadText(fileName, "text/csv", text);
}
