/** Takes the turn on a device, says so, and keeps it until it is killed. */

import { setTimeout as wait } from "node:timers/promises";
import { takeTurn } from "../../lib/profile/runner/device-turn";

const [name = "", platform = process.platform] = process.argv.slice(2);
const turn = await takeTurn(
  name,
  { signal: new AbortController().signal, program: "a program of tests", onWait: () => undefined },
  platform as NodeJS.Platform,
);
process.stdout.write(`${turn === null ? "none" : "taken"}\n`);
for (;;) await wait(1_000);
