// @ts-check
// Brings node_modules and the production build up to date. Runs before anything is installed, so it uses Node alone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 9];
const INSTALL_STAMP = "node_modules/.headroom-install";
const BUILD_STAMP = ".next/headroom-build";
const BUILD_FOLDERS = ["app", "components", "lib", "public"];
const BUILD_FILES = ["next.config.js", "proxy.ts", "postcss.config.mjs", "tsconfig.json", "package-lock.json"];

// npm has already changed to the root when it calls a script, and says here where it was called.
process.env.INIT_CWD ??= process.cwd();
process.chdir(ROOT);
refuseOldNode();

/** Installs exactly what the lock file says, unless that has been done for this lock file, Node and platform. */
export function ensureDependencies() {
  const key = digest([readFileSync("package-lock.json"), process.version, process.platform, process.arch]);
  if (isStamped(INSTALL_STAMP, key)) return;
  announce("Installing dependencies (npm ci)");
  // NODE_ENV=production would leave out the build tools.
  step("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"]);
  writeFileSync(INSTALL_STAMP, key);
}

/** Builds the Next.js app, unless the last build was made from the same sources. */
export function ensureBuild() {
  const sources = [...BUILD_FOLDERS.filter((folder) => existsSync(folder)).flatMap(filesUnder), ...BUILD_FILES];
  const key = digest(sources.flatMap((file) => [file, readFileSync(file)]));
  if (existsSync(".next/BUILD_ID") && isStamped(BUILD_STAMP, key)) return;
  announce("Building (next build)");
  step(process.execPath, ["node_modules/next/dist/bin/next", "build"]);
  writeFileSync(BUILD_STAMP, key);
}

/** Environment for every tool that is started: no usage reports. */
export function toolEnvironment() {
  return { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  process.stderr.write(`Node ${process.version} is too old; Headroom needs ${OLDEST_NODE.join(".")} or newer.\n`);
  process.exit(1);
}

/** To stderr: the command line tool's answers are read from stdout. @param {string} text */
function announce(text) {
  process.stderr.write(`> ${text}\n`);
}

/** @param {string} command @param {string[]} args */
function step(command, args) {
  const onWindows = process.platform === "win32";
  const done = spawnSync(command, args, { stdio: ["ignore", 2, 2], env: toolEnvironment(), shell: onWindows });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** @param {string} file @param {string} key */
function isStamped(file, key) {
  return existsSync(file) && readFileSync(file, "utf8") === key;
}

/** @param {(string | Buffer)[]} parts */
function digest(parts) {
  const hash = createHash("sha256");
  // The length goes in first, so that moving a byte from one part to the next changes the digest.
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(file) : [file];
    });
}
