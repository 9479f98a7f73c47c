import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { doctorWith } from "../../lib/cli/doctor-command";
import { PROVIDER, type Surroundings } from "../../lib/profile/runner/diagnose";
import { findLibrary, otherVersions, systemSearch } from "../../lib/profile/runner/find-library";
import { neededLibraries } from "../../lib/profile/runner/needed-libraries";
import { readGpu } from "../../lib/profile/runner/nvidia-smi";
import { headroom } from "./terminal";

const RUNTIME = path.resolve("node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1");
const folder = mkdtempSync(path.join(tmpdir(), "headroom-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A machine whose provider file is another library: what it needs is read from it all the same. */
const surroundings: Surroundings = {
  platform: "linux-x64",
  runtimeFolder: folder,
  search: { folders: [], cached: new Map([["libgcc_s.so.9", "/nowhere/libgcc_s.so.9"]]) },
  readGpu,
  run: () => Promise.resolve({ kind: "failed", reason: "ONNX Runtime says: no CUDA-capable device is detected" }),
};

async function said(of: Surroundings, ...argv: string[]) {
  let [out, err] = ["", ""];
  const code = await doctorWith(
    argv,
    {
      stdin: (async function* () {})(),
      today: "2026-11-27",
      write: async (text) => {
        out += text;
      },
      error: async (text) => {
        err += text;
      },
      resolve: (file) => file,
      interruption: () => new AbortController().signal,
      readFile: () => Promise.reject(new Error("nothing is read")),
    },
    of,
  );
  return { code, out, err };
}

test("without a provider it names the command that installs it, and the runtime's own words", async () => {
  const { code, out } = await said(surroundings);
  expect(code).toBe(1);
  expect(out).toContain("npm run gpu:setup");
  expect(out).toContain("no CUDA-capable device is detected");
  expect(out).toContain("CUDA libraries: not checked");
});

test("a session that ran is what counts", async () => {
  const answer = {
    ok: true,
    versions: { node: "", onnxruntime: "" },
    runSeconds: [],
    losses: [4],
    residentPeakBytes: 1,
  } as const;
  const run: Surroundings["run"] = () =>
    Promise.resolve({ kind: "answered", answer: { ...answer, runSeconds: [], othersFractions: [], losses: [4] } });
  const { code, out } = await said({ ...surroundings, run });
  expect(code).toBe(0);
  expect(out).toContain("two and two made 4");
});

test("other systems are told that there is no provider for them", async () => {
  const { out } = await said({ ...surroundings, platform: "darwin-arm64" });
  expect(out).toContain("this is darwin-arm64");
});

test("flags that do not exist are refused", async () => {
  expect((await said(surroundings, "--gpu")).code).toBe(64);
});

test("as JSON it is one line with every finding", async () => {
  const { out } = await said(surroundings, "--json");
  const { findings, canRun } = JSON.parse(out);
  expect(canRun).toBe(false);
  expect(findings.map(({ id }: { id: string }) => id)).toEqual(["driver", "provider", "libraries", "session"]);
});

test("what a library needs is read from its file and found where the loader would", () => {
  const needed = neededLibraries(RUNTIME);
  expect(needed).toContain("libc.so.6");
  expect(findLibrary("libc.so.6", systemSearch(""))).toMatch(/libc/);
  expect(findLibrary("libcudart.so.99", systemSearch(""))).toBeNull();
});

test("a file that is no library is said to be none", () => {
  const text = path.join(folder, "text.so");
  writeFileSync(text, "no library");
  expect(() => neededLibraries(text)).toThrow(/no 64-bit ELF/);
});

test("another version of a missing library is named", () => {
  const cached = new Map([["libcudart.so.11.0", "/usr/lib/libcudart.so.11.0"]]);
  expect(otherVersions("libcudart.so.12", { folders: [], cached })).toEqual(["libcudart.so.11.0"]);
});

test("a provider whose libraries are all there is found with their versions", async () => {
  for (const name of [PROVIDER, "libonnxruntime_providers_shared.so"]) copyFileSync(RUNTIME, path.join(folder, name));
  const { out } = await said({ ...surroundings, search: systemSearch("") });
  expect(out).toContain("CUDA provider of ONNX Runtime: found");
  expect(out).toContain("CUDA libraries: found");
});

test("the command is listed and explains itself", async () => {
  const { code, stdout } = await headroom(["doctor", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Says whether a validation can run");
});
