/** The built server as users start it, on a free port, for what measures it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";

export interface BuiltServer {
  /** Without a slash at the end. */
  readonly url: string;
  stop(): void;
}

/** @throws {Error} when the server ends before it is ready */
export async function startBuiltServer(): Promise<BuiltServer> {
  const port = await freePort();
  const server = spawn(process.execPath, ["scripts/start.mjs"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port) },
  });
  const stop = () => void server.kill();
  try {
    await ready(server);
  } catch (error) {
    stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function ready(process: ChildProcess): Promise<void> {
  let output = "";
  const ended = once(process, "exit").then(() => {
    throw new Error(`The server ended before it was ready; is there a build? ${output}`);
  });
  const started = new Promise<void>((resolve) => {
    process.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split("Ready in").length > workerCount()) resolve();
    });
  });
  ended.catch(() => undefined);
  await Promise.race([started, ended]);
}

/** As many as `scripts/serve.mjs` starts. */
function workerCount(): number {
  return Number(process.env.WORKERS ?? Math.min(availableParallelism(), 8));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error(`expected a port, received ${address}`);
  probe.close();
  await once(probe, "close");
  return address.port;
}
