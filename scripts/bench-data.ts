/**
 * How long `headroom inspect` takes over 100,000 rows of each format, and what memory, start of the program included.
 *
 *   npm run bench:data
 *
 * The rows are made here: a label of a thousand, a caption of about a dozen words, an image that is not there.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { parquetWriteBuffer } from "hyparquet-writer";
import { clipTokenCounter } from "../lib/datasets/caption-tokens";
import { inspectDataset } from "../lib/datasets/inspect-dataset";
import { type RandomNumbers, randomNumbers } from "../lib/estimate/search/random-numbers";
import { openPath } from "../lib/files/open-path";
import { KIB, MB } from "../lib/units";

const ROWS = 100_000;
const MOST_SECONDS = 5;
const MOST_BYTES = 500 * MB;

interface Row {
  readonly image: string;
  readonly label: string;
  readonly caption: string;
}

const FORMATS = {
  json: (rows: readonly Row[]) => JSON.stringify(rows),
  csv: (rows: readonly Row[]) =>
    `image,label,caption\r\n${rows.map(({ image, label, caption }) => `${image},${label},"${caption.replaceAll('"', '""')}"\r\n`).join("")}`,
  parquet: (rows: readonly Row[]) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: (["image", "label", "caption"] as const).map((name) => ({
          name,
          data: rows.map((row) => row[name]),
          type: "STRING" as const,
        })),
      }),
    ),
};

function makeRows(next: RandomNumbers): Row[] {
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(next() * 8) }, () => String.fromCharCode(97 + Math.floor(next() * 26))).join(
      "",
    ),
  );
  const word = () => words[Math.floor(words.length * next() ** 3)] ?? "";
  return Array.from({ length: ROWS }, (_, index) => ({
    image: `images/${String(index).padStart(6, "0")}.jpg`,
    label: `class ${Math.floor(next() * 1000)}`,
    caption: `${Array.from({ length: 8 + Math.floor(next() * 8) }, word).join(" ")}, and "${word()}"`,
  }));
}

/** In a process of its own, so that its memory is that of one file. */
async function readOne(file: string): Promise<void> {
  const report = await inspectDataset(await openPath(file, null), {
    mostImages: 2000,
    contextLength: 77,
    loadTokenCounter: async () => clipTokenCounter(),
    random: randomNumbers(1),
    onFault: () => {},
    onProgress: () => {},
  });
  const bytes = process.resourceUsage().maxRSS * KIB;
  process.stdout.write(`${JSON.stringify({ entryCount: report.entryCount, bytes })}\n`);
}

function main(): number {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-bench-"));
  let missed = 0;
  try {
    const rows = makeRows(randomNumbers(7));
    for (const [format, write] of Object.entries(FORMATS)) {
      const file = path.join(folder, `train.${format}`);
      writeFileSync(file, write(rows));
      const start = performance.now();
      const { status, stdout } = spawnSync(process.execPath, ["scripts/run.mjs", "scripts/bench-data.ts", file], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      const seconds = (performance.now() - start) / 1000;
      if (status !== 0) throw new Error(`${format} was not read`);
      // Printed by `readOne`, whose shape this is.
      const { entryCount, bytes } = JSON.parse(stdout) as { entryCount: number; bytes: number };
      const isMet = entryCount === ROWS && seconds <= MOST_SECONDS && bytes <= MOST_BYTES;
      if (!isMet) missed += 1;
      process.stdout.write(
        `${format.padEnd(8)} ${(readFileSync(file).length / MB).toFixed(1).padStart(5)} MB, ${entryCount} entries: ${seconds.toFixed(2)} s, ` +
          `${Math.round(bytes / MB)} MB (targets ${MOST_SECONDS} s, ${MOST_BYTES / MB} MB: ${isMet ? "ok" : "MISSED"})\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return missed === 0 ? 0 : 1;
}

const [file] = process.argv.slice(2);
if (file === undefined) process.exitCode = main();
else await readOne(file);
