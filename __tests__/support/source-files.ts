import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const NOT_OURS = new Set(["node_modules", ".next", ".git", ".data", "coverage", "tmp"]);
const EXTENSIONS = ["", ".ts", ".tsx", ".mjs", ".js", ".json", ".css"];

export interface Import {
  /** A path from the root for a file of ours, or a package name such as `zod` or `node:fs`. */
  readonly target: string;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
  /** As written. */
  readonly specifier: string;
}

/** Every file under a folder, as paths from the root with forward slashes, without what is installed or built. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(file) : [file];
    })
    .sort();
}

/** What a TypeScript or JavaScript file imports, statically or not. */
export function importsOf(file: string): Import[] {
  const source = readFileSync(file, "utf8");
  const statements = [...source.matchAll(/^(?:import|export)\b([^;"'`]*?)\bfrom\s*["']([^"']+)["']/gm)];
  const bare = [...source.matchAll(/^import\s*["']([^"']+)["']/gm)];
  const calls = [...source.matchAll(/\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/g)];
  return [
    ...statements.map(([, clause = "", specifier = ""]) => ({ specifier, typeOnly: isTypeOnly(clause) })),
    ...[...bare, ...calls].map(([, specifier = ""]) => ({ specifier, typeOnly: false })),
  ].map(({ specifier, typeOnly }) => ({ specifier, typeOnly, target: resolve(specifier, file) }));
}

/** The source without its comments, so that a rule about code is not broken by prose. */
export function codeOf(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([\s\S]*)\}\s*$/.exec(clause)?.[1];
  if (names === undefined) return false;
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .every((name) => /^type\s/.test(name));
}

function resolve(specifier: string, from: string): string {
  const isOurs = specifier.startsWith(".") || specifier.startsWith("@/");
  if (!isOurs) return packageName(specifier);
  const base = specifier.startsWith("@/")
    ? specifier.slice(2)
    : path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  const candidates = EXTENSIONS.map((extension) => base + extension);
  // A file that is missing is the type check's finding.
  return candidates.find((file) => existsSync(file) && statSync(file).isFile()) ?? base;
}

function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
