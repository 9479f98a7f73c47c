/** The command line tool: `npm run -s headroom -- estimate --model ViT-B-32`. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Console } from "../lib/cli/console";
import { EXIT } from "../lib/cli/exit";
import { main } from "../lib/cli/main";

// npm starts scripts in the project's folder; paths that a person types are meant from where they stand.
const startedIn = process.env.INIT_CWD ?? process.env.PWD ?? process.cwd();

const console: Console = {
  stdin: process.stdin,
  write: (text) => writeTo(process.stdout, text),
  error: (text) => writeTo(process.stderr, text),
  today: new Date().toISOString().slice(0, "2026-11-27".length),
  interruption: () => {
    const controller = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => controller.abort());
    return controller.signal;
  },
  resolve: (file) => path.resolve(startedIn, file),
  readFile: (file) => readFile(path.resolve(startedIn, file)),
};

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(EXIT.outputClosed);
  });
}

try {
  process.exitCode = await main(process.argv.slice(2), console);
} catch (error) {
  process.stderr.write(
    `headroom: a mistake of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = EXIT.ourFault;
}

async function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain");
}
