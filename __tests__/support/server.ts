import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const START_LIMIT_MS = 60_000;

export interface TestServer {
  /** Such as `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string;
  readonly databaseFile: string;
  stop(): Promise<void>;
}

/**
 * Serves the production build on a free port, with a database of its own.
 *
 * @param environment  variables to add, such as HEADROOM_DB
 * @throws {Error} when there is no build, or the server ends or stays silent instead of answering
 */
export async function startServer(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  if (!existsSync(".next/BUILD_ID")) throw new Error("There is no build to test; run `npm test` or `npm run build`");
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-test-"));
  const databaseFile = environment.HEADROOM_DB ?? path.join(folder, "headroom.db");
  const port = await freePort();
  const server = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        HEADROOM_LISTENS_ON: "127.0.0.1",
        HEADROOM_DEVICE_SCOPE: `tests ${port}`,
        // Whatever database the developer uses, tests leave it alone.
        DATABASE_URL: "",
        HEADROOM_DB: databaseFile,
        ...environment,
      },
    },
  );
  try {
    await ready(server);
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    databaseFile,
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      if (server.exitCode === null && server.signalCode === null) {
        server.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when Next says that it takes requests. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const limit = setTimeout(
      () => reject(new Error(`The server is not ready in ${START_LIMIT_MS} ms: ${output}`)),
      START_LIMIT_MS,
    );
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`The server ended with code ${code}: ${output}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes("Ready in")) return;
      clearTimeout(limit);
      resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      if (address === null || typeof address === "string") throw new Error(`Expected a port, received ${address}`);
      probe.close(() => resolve(address.port));
    });
  });
}
