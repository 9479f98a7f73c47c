// @ts-check
// Runs a TypeScript program: `node scripts/run.mjs bin/headroom.ts …`. It is bundled once and again whenever one of
// the files it is made of changes, because the command line tool is started for every question.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies, ROOT } from "./ensure.mjs";

const CACHE = path.join(ROOT, "node_modules/.cache/headroom");
// Native modules and programs of their own; the rest is quicker to load from one file.
const EXTERNAL = ["libsql", "pg", "autocannon", "esbuild", "next", "playwright-core"];

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write("Usage: node scripts/run.mjs <program.ts> [arguments]\n");
  process.exit(64);
}

// A server that starts a program of ours goes on with what it has: installing would take that away from under it.
if (process.env.HEADROOM_INSTALL !== "never") ensureDependencies();
const bundle = await currentBundle(entry);
// An error then names the line of the source.
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, path.resolve(ROOT, entry), ...args];
await import(pathToFileURL(bundle).href);

/** @param {string} program path of the program, from the root @returns {Promise<string>} path of its bundle */
async function currentBundle(program) {
  const name = createHash("sha256")
    .update(program)
    .update(readFileSync("package-lock.json"))
    .digest("hex")
    .slice(0, 16);
  const [output, manifest] = [path.join(CACHE, `${name}.mjs`), path.join(CACHE, `${name}.json`)];
  if (existsSync(output) && existsSync(manifest)) {
    const inputs = JSON.parse(readFileSync(manifest, "utf8"));
    if (Object.entries(inputs).every(([file, stamp]) => stampOf(file) === stamp)) return output;
  }

  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [program],
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.9",
    external: EXTERNAL,
    sourcemap: "inline",
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: "error",
    // CommonJS packages inside an ES module still ask for `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const own = Object.keys(result.metafile.inputs).filter((file) => !file.includes("node_modules/"));
  mkdirSync(CACHE, { recursive: true });
  // Written aside and moved: another process may be starting from the same file.
  replaceFile(output, result.outputFiles[0].contents);
  replaceFile(manifest, JSON.stringify(Object.fromEntries(own.map((file) => [file, stampOf(file)]))));
  return output;
}

/** @param {string} file */
function stampOf(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "absent" : `${stat.size} ${stat.mtimeMs}`;
}

/** @param {string} file @param {string | Uint8Array} contents */
function replaceFile(file, contents) {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, contents);
  renameSync(aside, file);
}
