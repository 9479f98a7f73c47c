// @ts-check
// Installs the CUDA provider of onnxruntime-node, which npm leaves out because it is large: `npm run gpu:setup`.
// The package's own script downloads it from the internet. Then the doctor says whether it can run, and so does the exit code.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { ensureDependencies, ROOT } from "./ensure.mjs";

const SCRIPT = path.join(
  process.env.HEADROOM_ONNXRUNTIME ?? path.join(ROOT, "node_modules/onnxruntime-node"),
  "script/install.js",
);

// The first program to be started would otherwise install all packages anew, and with them take the provider away.
ensureDependencies();
if (!existsSync(SCRIPT)) {
  process.stderr.write(`${SCRIPT} is missing: run npm ci first.\n`);
  process.exit(1);
}
const platform = `${process.platform}-${process.arch}`;
if (platform !== "linux-x64") {
  process.stderr.write(`onnxruntime-node has a CUDA provider for linux-x64 alone; this is ${platform}.\n`);
  process.exit(1);
}
const { status, error } = spawnSync(process.execPath, [SCRIPT], {
  stdio: "inherit",
  // npm's own folder would make the script believe that the package is being developed.
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "cuda12" },
});
if (status !== 0) {
  process.stderr.write(
    `The installation failed${error === undefined ? "" : `: ${error.message}`}. It needs the internet.\n`,
  );
  process.exit(1);
}
process.stdout.write("The CUDA provider is installed. Whether it can run (npm run -s headroom -- doctor):\n\n");
const doctor = spawnSync(process.execPath, [path.join(ROOT, "scripts/run.mjs"), "bin/headroom.ts", "doctor"], {
  cwd: ROOT,
  stdio: "inherit",
});
process.exitCode = doctor.status ?? 1;
