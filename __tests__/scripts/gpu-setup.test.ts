import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-gpu-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function setUp(script: string | null) {
  const own = mkdtempSync(path.join(folder, "package-"));
  mkdirSync(path.join(own, "script"));
  if (script !== null) writeFileSync(path.join(own, "script/install.js"), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/gpu-setup.mjs"], {
    encoding: "utf8",
    env: { ...process.env, HEADROOM_ONNXRUNTIME: own },
  });
  return { status, said: stdout + stderr };
}

test("the package's own install script is asked for the CUDA provider", () => {
  const { status, said } = setUp("console.log('asked for ' + process.env.ONNXRUNTIME_NODE_INSTALL);");
  expect(said).toContain("asked for cuda12");
  // The exit code is the doctor's: nothing of this package can run on a GPU.
  expect(said).toContain("Validations cannot run on a GPU here");
  expect(status).toBe(1);
});

test("a download that fails is told, with what it needs", () => {
  const { status, said } = setUp("process.exit(7);");
  expect(status).toBe(1);
  expect(said).toContain("needs the internet");
});

test("without the package it says what to do first", () => {
  expect(setUp(null)).toMatchObject({ status: 1, said: expect.stringContaining("npm ci") });
});
