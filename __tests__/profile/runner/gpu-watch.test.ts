import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MIB } from "@/lib/units";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-gpu-watch-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is found of process 4711 where `nvidia-smi` lists these users, and memory in use grows from 500 MiB by so many. */
function watchedWith(users: readonly string[] | null, growth: number) {
  const programs = mkdtempSync(path.join(folder, "bin-"));
  const program = path.join(programs, "nvidia-smi");
  const asked = path.join(programs, "asked");
  if (users !== null) {
    const answers = `case "$*" in
  *query-compute-apps*) printf '%s\\n' ${users.map((user) => `'${user}'`).join(" ")} ;;
  *memory.used*) if [ -e ${asked} ]; then echo ${500 + growth}; else echo 500; : > ${asked}; fi ;;
  *) exit 6 ;;
esac`;
    writeFileSync(program, `#!/bin/sh\n${answers}\n`);
    chmodSync(program, 0o755);
  }
  const { stdout } = spawnSync(process.execPath, ["scripts/run.mjs", "__tests__/support/watch-gpu.ts"], {
    encoding: "utf8",
    env: { ...process.env, PATH: programs },
  });
  return JSON.parse(stdout);
}

test("what the driver counts to the process is its memory, and whoever else is there is named", () => {
  expect(watchedWith(["4711, node, 554", "4712, python3, 9000"], 3000)).toEqual({
    result: { kind: "measured", value: 554 * MIB },
    others: [{ pid: 4712, name: "python3", usedBytes: 9000 * MIB }],
  });
});

test("where the driver lists no processes the growth of what is used counts", () => {
  expect(watchedWith([""], 1024)).toEqual({ result: { kind: "measured", value: 1024 * MIB }, others: [] });
  expect(watchedWith([""], 0).result).toEqual({ kind: "not_measured", why: expect.stringContaining("did not grow") });
});

test("growth that may be another program's is not taken for the process's", () => {
  expect(watchedWith(["4712, python3, [N/A]"], 1024)).toEqual({
    result: { kind: "not_measured", why: expect.stringContaining("does not tell this process from the others") },
    others: [{ pid: 4712, name: "python3", usedBytes: null }],
  });
});

test("without nvidia-smi nothing is known, of the process or of others", () => {
  expect(watchedWith(null, 0)).toEqual({
    result: { kind: "not_measured", why: "nvidia-smi gave no figure" },
    others: null,
  });
});
