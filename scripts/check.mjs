// @ts-check
// The inner loop: types, lint and format, unit tests. Runs all three and fails if any did.
import { spawnSync } from "node:child_process";
import { ensureDependencies, toolEnvironment } from "./ensure.mjs";

ensureDependencies();

const steps = [
  // Writes next-env.d.ts and the types of the routes, which the type check reads.
  { name: "route types", script: "node_modules/next/dist/bin/next", args: ["typegen"] },
  { name: "types", script: "node_modules/typescript/bin/tsc", args: ["--noEmit"] },
  { name: "lint and format", script: "node_modules/@biomejs/biome/bin/biome", args: ["check", "."] },
  { name: "unit tests", script: "node_modules/jest/bin/jest.js", args: ["--selectProjects", "unit"] },
];

const failed = steps.filter(({ name, script, args }) => {
  process.stderr.write(`> ${name}\n`);
  const step = spawnSync(process.execPath, [script, ...args], { stdio: "inherit", env: toolEnvironment() });
  return step.status !== 0;
});

if (failed.length > 0) process.stderr.write(`Failed: ${failed.map(({ name }) => name).join(", ")}\n`);
process.exit(failed.length > 0 ? 1 : 0);
