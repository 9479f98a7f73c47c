/** A pilot as text: in the address, and as people paste it. */

/** One row as it was typed. */
export interface PilotRow {
  readonly size: string;
  /** In percent. */
  readonly accuracy: string;
  /** Empty for one training. */
  readonly repeats: string;
}

const EMPTY: PilotRow = { size: "", accuracy: "", repeats: "" };

/** "2:71;4:75;8:79:3" – rows apart by semicolons, size, percent and trainings by colons. */
export function pilotRows(text: string | undefined): PilotRow[] {
  if (text === undefined || text === "") return [];
  return text.split(";").map((row) => {
    const [size = "", accuracy = "", ...rest] = row.split(":");
    return { size, accuracy, repeats: rest.join(":") };
  });
}

export function pilotText(rows: readonly PilotRow[]): string | undefined {
  if (rows.length === 0) return undefined;
  return rows
    .map(({ size, accuracy, repeats }) => [size, accuracy, ...(repeats === "" ? [] : [repeats])].map(cell).join(":"))
    .join(";");
}

/** What parts rows cannot stand in one. */
function cell(text: string): string {
  return text.replace(/[:;]/g, " ").trim();
}

export function isEmptyRow({ size, accuracy, repeats }: PilotRow): boolean {
  return size === "" && accuracy === "" && repeats === "";
}

export function emptyRow(): PilotRow {
  return EMPTY;
}

export interface PastedPilot {
  readonly rows: readonly PilotRow[];
  /** Lines that hold no size and accuracy, as they were. */
  readonly unread: readonly string[];
}

/**
 * Reads what a spreadsheet or a log gives: a size, an accuracy and perhaps a number of trainings on each line, or
 * `size:accuracy` pairs in one. Accuracies are fractions when all are 1 or less, else percent.
 */
export function pastedPilot(text: string): PastedPilot {
  const lines = text
    .split(/\r?\n|;|,(?=\s*[\d.]+\s*:)/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const read = lines.map((line) => ({ line, numbers: numbersIn(line) }));
  const good = read.flatMap(({ numbers }) => {
    const [size, accuracy, repeats] = numbers ?? [];
    return size === undefined || accuracy === undefined ? [] : [{ size, accuracy, repeats }];
  });
  const isFraction = good.length > 0 && good.every(({ accuracy }) => accuracy <= 1);
  return {
    rows: good.map(({ size, accuracy, repeats }) => ({
      size: String(size),
      accuracy: String(isFraction ? Number((accuracy * 100).toFixed(4)) : accuracy),
      repeats: repeats === undefined ? "" : String(repeats),
    })),
    unread: read.filter(({ numbers }) => numbers === null).map(({ line }) => line),
  };
}

/** Two or three numbers and nothing else; null for any other line, such as a heading. */
function numbersIn(line: string): number[] | null {
  const parts = line
    .replaceAll("%", " ")
    .split(/[\s,:|]+/)
    .filter((part) => part !== "");
  const numbers = parts.map(Number);
  return numbers.length >= 2 && numbers.length <= 3 && numbers.every(Number.isFinite) ? numbers : null;
}
