import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MIB } from "@/lib/units";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-nvidia-smi-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is read where `nvidia-smi` is a program that does this; null: where there is none. */
function readWith(script: string | null) {
  const programs = mkdtempSync(path.join(folder, "bin-"));
  if (script !== null) {
    const program = path.join(programs, "nvidia-smi");
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
  }
  const child = spawnSync(process.execPath, ["scripts/run.mjs", "__tests__/support/read-gpu.ts"], {
    encoding: "utf8",
    env: { ...process.env, PATH: programs },
  });
  return JSON.parse(child.stdout);
}

/** Answers in the form that `nvidia-smi --format=csv,noheader,nounits` has on a machine with an H100. */
function answering(users: string): string {
  return `case "$*" in
  *query-compute-apps*) echo '${users}' ;;
  *name,driver_version*) echo 'NVIDIA H100 80GB HBM3, 580.95.05, 9.0, 81559, 81004' ;;
  *memory.used*) echo '555' ;;
  *) exit 6 ;;
esac`;
}

test("name, driver, memory and the programs that hold some of it are read", () => {
  const users = "4711, /usr/bin/python3, 554\n4712, a name, [N/A]";
  expect(readWith(answering(users))).toEqual({
    reading: {
      ok: true,
      gpu: {
        name: "NVIDIA H100 80GB HBM3",
        driverVersion: "580.95.05",
        computeCapability: "9.0",
        memoryTotalBytes: 81_559 * MIB,
        memoryFreeBytes: 81_004 * MIB,
        otherUsers: [
          { pid: 4711, name: "/usr/bin/python3", usedBytes: 554 * MIB },
          { pid: 4712, name: "a name", usedBytes: null },
        ],
      },
    },
    usedBytes: 555 * MIB,
  });
});

test("a GPU that nobody uses has no users", () => {
  expect(readWith(answering("")).reading.gpu.otherUsers).toEqual([]);
});

test("a machine without the program, one without a driver and one that gives no memory say so", () => {
  expect(readWith(null)).toEqual({
    reading: { ok: false, why: "no NVIDIA driver was found: there is no nvidia-smi" },
    usedBytes: null,
  });
  const noDriver = "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.";
  expect(readWith(`echo '${noDriver}'; exit 9`).reading).toEqual({ ok: false, why: `nvidia-smi failed: ${noDriver}` });
  expect(readWith("echo 'Some GPU, 1.0, [N/A], [N/A], [N/A]'").reading).toMatchObject({
    ok: false,
    why: expect.stringContaining("[N/A]"),
  });
  expect(readWith("true").reading).toEqual({ ok: false, why: "nvidia-smi lists no GPU" });
});
