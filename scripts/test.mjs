// @ts-check
// Runs every test: unit, component, and end to end against the production build in a real Chromium.
// Arguments go to Jest, such as `npm test -- --selectProjects unit` or `npm test -- __tests__/store`.
import { spawnSync } from "node:child_process";
import { ensureBuild, ensureDependencies, toolEnvironment } from "./ensure.mjs";

const args = process.argv.slice(2);

ensureDependencies();
if (mayRunBrowserTests(args)) ensureBuild();

const jest = spawnSync(process.execPath, ["node_modules/jest/bin/jest.js", ...args], {
  stdio: "inherit",
  env: toolEnvironment(),
});
process.exit(jest.status ?? 1);

/** @param {string[]} jestArgs */
function mayRunBrowserTests(jestArgs) {
  const at = jestArgs.indexOf("--selectProjects");
  if (at < 0) return true;
  const following = jestArgs.slice(at + 1);
  const end = following.findIndex((arg) => arg.startsWith("-"));
  return (end < 0 ? following : following.slice(0, end)).includes("e2e");
}
