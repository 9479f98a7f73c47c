import { spawnSync } from "node:child_process";
import { parse } from "shell-quote";
import { exportPlan } from "../../lib/export/export-plan";
import type { Export, ExportFormat } from "../../lib/export/exported";
import { type ParsedPlan, parsePlan } from "../../lib/plan/parse-plan";

export function planned(input: Record<string, unknown>): ParsedPlan {
  const parsed = parsePlan({ model: "ViT-B-32", ...input });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
  return parsed;
}

export function exported(format: ExportFormat, input: Record<string, unknown>): Export {
  return exportPlan(format, planned(input));
}

export function textOf(result: Export): string {
  if (!result.ok) throw new Error(result.reasons.join("; "));
  return result.text;
}

export function reasonsOf(result: Export): readonly string[] {
  if (result.ok) throw new Error("it was exported");
  return result.reasons;
}

/** The commands of a shell script as words, comments left out; an operator is an object. */
export function shellCommands(script: string): ReturnType<typeof parse>[] {
  return script
    .replaceAll("\\\n", "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => parse(line, (name) => ({ op: `$${name}` })));
}

/** The arguments behind the program: each flag with its values. */
export function argumentsOf(script: string): Map<string, string[]> {
  const words = shellCommands(script).at(-1) ?? [];
  const flags = words.slice(words.indexOf("open_clip_train.main") + 1).map(String);
  const found = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of flags) {
    if (word.startsWith("--")) {
      values = [];
      found.set(word, values);
    } else values.push(word);
  }
  return found;
}

const READ_SCRIPTS = `
import ast, json, sys
def settings(text):
    tree = ast.parse(text)
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try: found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError: pass
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = {(name.asname or name.name).split(".")[0] for node in tree.body
                if isinstance(node, (ast.Import, ast.ImportFrom)) for name in node.names}
    defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return {"settings": found, "unused": sorted((imported | defined) - used), "docstring": ast.get_docstring(tree)}
json.dump([settings(text) for text in json.load(sys.stdin)], sys.stdout)
`;

export interface ReadScript {
  /** Constants at the head of the script. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is imported or defined and never used. */
  readonly unused: readonly string[];
  readonly docstring: string | null;
}

export const hasPython = spawnSync("python3", ["-c", "import ast"]).status === 0;

/** Reads Python by Python's own parser. */
export function readScripts(texts: readonly string[]): ReadScript[] {
  const result = spawnSync("python3", ["-c", READ_SCRIPTS], { input: JSON.stringify(texts), encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}
