// @ts-check
// Prints, as JSON, how to start a Chromium: `{ executablePath, args, env }`. A browser of this machine is preferred;
// otherwise the one from npm is unpacked with its libraries and fonts, so that nothing has to be installed.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./ensure.mjs";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
// Containers forbid the sandbox and have a small /dev/shm.
const ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"];

process.stdout.write(JSON.stringify(systemBrowser() ?? (await packagedBrowser())));

function systemBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen !== undefined && chosen !== "" && !existsSync(chosen)) {
    throw new Error(`CHROME_PATH is "${chosen}", where there is no file; unset it to use the packaged Chromium`);
  }
  const executablePath = chosen || SYSTEM_BROWSERS.find((file) => existsSync(file));
  return executablePath === undefined ? undefined : { executablePath, args: ARGUMENTS, env: {} };
}

async function packagedBrowser() {
  const manifest = path.join(ROOT, "node_modules/@sparticuz/chromium/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const folder = path.join(ROOT, `node_modules/.cache/chromium-${version}`);
  // Unpacked aside and moved when whole: another process may be looking for it at the same time.
  const unpacked = existsSync(folder) ? folder : `${folder}.${process.pid}`;
  mkdirSync(unpacked, { recursive: true });
  // It unpacks into the folder for temporary files and would use any "chromium" that lies there.
  process.env.TMPDIR = unpacked;
  // Where it believes to run on Lambda it also unpacks the system libraries that a bare machine lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs22.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  const executablePath = (await chromium.executablePath()).replace(unpacked, folder);
  if (unpacked !== folder) moveInto(folder, unpacked);

  // Without any font Chromium aborts at the first input element.
  const fonts = path.join(folder, "fonts.conf");
  const folders = [path.join(folder, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"];
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders
      .map((dir) => `<dir>${dir}</dir>`)
      .join("")}<cachedir>${path.join(folder, "font-cache")}</cachedir></fontconfig>`,
  );
  const libraries = process.env.LD_LIBRARY_PATH?.replaceAll(unpacked, folder);
  const env = { FONTCONFIG_FILE: fonts, ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) };
  return { executablePath, args: ARGUMENTS, env };
}

/** Whoever comes first puts it there; the others throw theirs away. @param {string} folder @param {string} unpacked */
function moveInto(folder, unpacked) {
  try {
    renameSync(unpacked, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(unpacked, { recursive: true });
  }
}
