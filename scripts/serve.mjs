// @ts-check
// Runs the built server in as many processes as the machine has cores, all on one port: an estimate is computed, not
// waited for, so one process answers one at a time. WORKERS says how many; arguments are those of `next start`.
import cluster from "node:cluster";
import { availableParallelism } from "node:os";

const MOST_WORKERS = 8;

const wanted = Number(process.env.WORKERS ?? Math.min(availableParallelism(), MOST_WORKERS));
if (!Number.isInteger(wanted) || wanted < 1) {
  process.stderr.write(`WORKERS must be a whole number from 1, received ${process.env.WORKERS}\n`);
  process.exit(64);
}

cluster.setupPrimary({
  // An estimate makes some 4 MB of short-lived objects; with room for more of them, fewer are copied while in use.
  execArgv: ["--max-semi-space-size=64"],
  exec: "node_modules/next/dist/bin/next",
  args: ["start", ...process.argv.slice(2)],
});
for (let i = 0; i < wanted; i++) cluster.fork();

let isStopping = false;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  });
}
cluster.on("exit", (_worker, code) => {
  // One that ends by itself takes the others along: whoever started the server decides what to do about it.
  if (!isStopping) process.exitCode = code === 0 ? 1 : code;
  isStopping = true;
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM");
});
