/** Cells of a truth file by column. Truth files are plain CSV: their cells hold neither commas nor quotes. */

export interface TableRow {
  /** Such as `time-timm, line 17`: what an error message names. */
  readonly where: string;
  /** The cell as written; empty where the row has nothing there. */
  text(column: string): string;
  /** @throws {Error} naming file, line and column unless the cell is one of `choices` */
  oneOf<const Choice extends string>(column: string, choices: readonly Choice[]): Choice;
  /** The same for a cell that may be empty. */
  oneOfOrNull<const Choice extends string>(column: string, choices: readonly Choice[]): Choice | null;
  /** @throws {Error} unless the cell is empty or a finite number that is not negative */
  numberOrNull(column: string): number | null;
  flagOrNull(column: string): boolean | null;
  /** Parts separated by semicolons; an empty cell has none. */
  list(column: string): readonly string[];
}

/**
 * @param file     the file's name, for messages
 * @param columns  every column that will be read
 * @throws {Error} naming file and line when a column is missing or a line has too few or too many cells
 */
export function readTable(file: string, text: string, columns: readonly string[]): TableRow[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`${file} lacks the columns ${missing.join(", ")}`);
  return lines.map((line, index) => {
    const cells = line.split(",");
    const where = `${file}, line ${index + 2}`;
    if (cells.length !== names.length) throw new Error(`${where}: ${cells.length} cells for ${names.length} columns`);
    return tableRow(where, new Map(names.map((name, column) => [name, cells[column] ?? ""])));
  });
}

function tableRow(where: string, cells: ReadonlyMap<string, string>): TableRow {
  const text = (column: string) => {
    const cell = cells.get(column);
    if (cell === undefined) throw new Error(`${where} has no column ${column}`);
    return cell;
  };
  const choose = <Choice extends string>(column: string, choices: readonly Choice[]) => {
    const found = choices.find((choice) => choice === text(column));
    if (found !== undefined) return found;
    throw new Error(`${where}: ${column} is "${text(column)}", not one of ${choices.join(", ")}`);
  };
  return {
    where,
    text,
    oneOf: choose,
    oneOfOrNull: (column, choices) => (text(column) === "" ? null : choose(column, choices)),
    numberOrNull(column) {
      const cell = text(column);
      if (cell === "") return null;
      const value = Number(cell);
      if (!Number.isFinite(value) || value < 0) throw new Error(`${where}: ${column} is "${cell}", not a number`);
      return value;
    },
    flagOrNull(column) {
      const flag = text(column) === "" ? null : choose(column, ["true", "false"]);
      return flag === null ? null : flag === "true";
    },
    list: (column) => (text(column) === "" ? [] : text(column).split(";")),
  };
}
