/** Words of a shell command, quoted only where the shell would read them otherwise. */

const PLAIN = /^[\w@%+=:,./-]+$/;

export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One flag with its value a line, continued with backslashes. */
export function shellCommand(lines: readonly (readonly string[])[]): string {
  return lines.map((words) => words.join(" ")).join(" \\\n  ");
}
