/** The names of a table's fields, typed as such; `Object.keys` forgets which table they came from. */
export function fieldNames<Table extends object>(table: Table): Extract<keyof Table, string>[] {
  const names: Extract<keyof Table, string>[] = [];
  for (const name in table) names.push(name);
  return names;
}
