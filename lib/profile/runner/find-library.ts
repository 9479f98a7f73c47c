import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";

/** Where the loader looks last, on a 64-bit Linux. Source: `man 8 ld.so`. */
const SYSTEM_FOLDERS = [
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/lib",
  "/usr/lib",
];
/** Not always on a user's path. */
const LDCONFIG = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"];
const LIMIT_MS = 10_000;

/** Where the system's loader finds libraries: `LD_LIBRARY_PATH`, its cache, its own folders. */
export interface LibrarySearch {
  readonly folders: readonly string[];
  /** By name, from the loader's cache. */
  readonly cached: ReadonlyMap<string, string>;
}

export function systemSearch(libraryPath: string): LibrarySearch {
  const own = libraryPath.split(":").filter((folder) => folder !== "");
  return { folders: [...own, ...SYSTEM_FOLDERS], cached: loaderCache() };
}

/** @returns the file itself, whose name carries the full version, such as `libcudart.so.12.4.127`; null where there is none */
export function findLibrary(name: string, { folders, cached }: LibrarySearch): string | null {
  const inFolder = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  const file = inFolder ?? cached.get(name);
  return file === undefined ? null : realpathSync(file);
}

/** @returns names of other versions of a library that the loader would find, such as `libcudart.so.11` */
export function otherVersions(name: string, { folders, cached }: LibrarySearch): readonly string[] {
  const stem = name.replace(/\.so.*$/, ".so.");
  const known = new Set([...cached.keys(), ...folders.flatMap(filesIn)]);
  return [...known].filter((file) => file.startsWith(stem) && file !== name);
}

/** Of a folder on the path that does not exist, none. */
function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function loaderCache(): ReadonlyMap<string, string> {
  for (const program of LDCONFIG) {
    const output = cacheFrom(program);
    if (output === null) continue;
    const entries = output.matchAll(/^\s*(\S+) \(.*\) => (\S+)$/gm);
    return new Map(Array.from(entries, ([, name = "", file = ""]) => [name, file]));
  }
  return new Map();
}

/** Null where the program is not there: other systems have none. */
function cacheFrom(program: string): string | null {
  try {
    return execFileSync(program, ["-p"], {
      encoding: "utf8",
      timeout: LIMIT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return null;
  }
}
