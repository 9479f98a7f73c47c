// @ts-check
// Serves the planner: installs and builds first when that is out of date. PORT and HOST choose where it listens.
import { spawn } from "node:child_process";
import { ensureBuild, ensureDependencies, toolEnvironment } from "./ensure.mjs";

ensureDependencies();
ensureBuild();

const port = process.env.PORT ?? "3000";
// Next would listen on every interface; a planner without accounts stays on this machine unless told otherwise.
const host = process.env.HOST ?? "127.0.0.1";

const server = spawn(process.execPath, ["scripts/serve.mjs", "-H", host, "-p", port, ...process.argv.slice(2)], {
  stdio: "inherit",
  // The server itself cannot tell where it listens, and what it runs on this machine depends on that.
  env: { ...toolEnvironment(), NODE_ENV: "production", HEADROOM_LISTENS_ON: host },
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
