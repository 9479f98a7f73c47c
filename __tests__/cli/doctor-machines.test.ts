import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeLibrary } from "../support/fake-library";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-doctor-machines-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the provider of onnxruntime-node 1.29.0 for CUDA 12 asks the loader for. */
const NEEDED = [
  "libcublasLt.so.12",
  "libcublas.so.12",
  "libcurand.so.10",
  "libcufft.so.11",
  "libcudart.so.12",
  "libcudnn.so.9",
];
const H100 = "NVIDIA H100 80GB HBM3, 580.95.05, 9.0, 81559, 81004";

interface Machine {
  /** What nvidia-smi says of the card; null: there is no such program. */
  readonly card?: string | null;
  /** Null: no provider was installed. */
  readonly needed?: readonly string[] | null;
  /** On LD_LIBRARY_PATH. */
  readonly libraries?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** `headroom doctor` as a process of its own, on a machine made of a stand-in for nvidia-smi and folders of libraries. */
function doctorOn({ card = H100, needed = NEEDED, libraries = NEEDED, environment = {} }: Machine) {
  const machine = mkdtempSync(path.join(folder, "machine-"));
  const at = (name: string) => path.join(machine, name);
  mkdirSync(at("bin"));
  if (card !== null) {
    const answers = `case "$*" in *query-compute-apps*) ;; *) echo '${card}' ;; esac`;
    writeFileSync(at("bin/nvidia-smi"), `#!/bin/sh\n${answers}\n`);
    chmodSync(at("bin/nvidia-smi"), 0o755);
  }
  const runtime = at("onnxruntime-node/bin/napi-v6/linux/x64");
  mkdirSync(runtime, { recursive: true });
  if (needed !== null) {
    writeLibrary(path.join(runtime, "libonnxruntime_providers_cuda.so"), needed);
    writeLibrary(path.join(runtime, "libonnxruntime_providers_shared.so"), ["libc.so.6"]);
  }
  mkdirSync(at("lib"));
  for (const name of libraries) writeLibrary(at(`lib/${name}`), []);
  const { status, stdout } = spawnSync(process.execPath, ["scripts/run.mjs", "bin/headroom.ts", "doctor", "--json"], {
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: at("bin"),
      LD_LIBRARY_PATH: at("lib"),
      HEADROOM_ONNXRUNTIME: at("onnxruntime-node"),
      ...environment,
    },
  });
  const { findings, canRun } = JSON.parse(stdout);
  const [driver, provider, cuda, session] = findings;
  return { status, canRun, driver, provider, libraries: cuda, session };
}

// The provider of onnxruntime-node is for Linux on x86-64 alone.
const onLinux = process.platform === "linux" && process.arch === "x64" ? test : test.skip;

onLinux(
  "a machine that has everything is told what it has, and the session has the last word",
  () => {
    const { driver, provider, libraries, session, status, canRun } = doctorOn({});
    expect([driver.state, provider.state, libraries.state]).toEqual(["ok", "ok", "ok"]);
    expect(driver.says).toContain("H100 80GB HBM3, driver 580.95.05");
    expect(libraries.says).toContain("libcudnn.so.9");
    // The runtime that runs here is the real one, which has no CUDA provider.
    expect([session.state, canRun, status]).toEqual(session.state === "ok" ? ["ok", true, 0] : ["missing", false, 1]);
  },
  30_000,
);

onLinux(
  "libraries that are missing are named as people call them",
  () => {
    const { libraries } = doctorOn({ libraries: NEEDED.filter((name) => !/cublas\.|cudnn/.test(name)) });
    expect(libraries).toMatchObject({
      state: "missing",
      says: "the loader does not find cuBLAS 12 (libcublas.so.12), cuDNN 9 (libcudnn.so.9)",
      wayOut: expect.stringContaining("LD_LIBRARY_PATH"),
    });
  },
  30_000,
);

onLinux(
  "libraries of another version than the provider's are a mismatch that names both",
  () => {
    const { libraries } = doctorOn({
      libraries: [...NEEDED.filter((name) => !name.includes("cudnn")), "libcudnn.so.8"],
    });
    expect(libraries).toMatchObject({
      state: "mismatch",
      says: "the loader does not find cuDNN 9 (libcudnn.so.9); there is cuDNN 8 (libcudnn.so.8) instead, which it cannot use",
    });
  },
  30_000,
);

onLinux(
  "a driver that is too old for the provider's CUDA is a mismatch that says which would do",
  () => {
    const { driver } = doctorOn({ card: "Tesla T4, 470.82.01, 7.5, 15109, 15000" });
    expect(driver).toMatchObject({
      state: "mismatch",
      says: expect.stringContaining(
        "driver 470.82.01, 14.6 GiB of 14.8 GiB free; the provider is made for CUDA 12, which needs driver 525",
      ),
      wayOut: "Update NVIDIA's driver to 525 or newer.",
    });
  },
  30_000,
);

onLinux(
  "without a driver it says so, and without nvidia-smi alone what that means",
  () => {
    expect(doctorOn({ card: null }).driver).toMatchObject({
      state: "missing",
      says: expect.stringContaining("no nvidia-smi"),
    });
    const { driver } = doctorOn({ card: null, libraries: [...NEEDED, "libcuda.so.1"] });
    expect(driver).toMatchObject({ state: "not_checked", says: expect.stringContaining("cannot be measured") });
    const hidden = doctorOn({ environment: { CUDA_VISIBLE_DEVICES: "" } });
    expect(hidden.driver).toMatchObject({ state: "missing", says: expect.stringContaining("hides every GPU") });
  },
  30_000,
);

onLinux(
  "without a provider it names the command that installs it",
  () => {
    const { provider, libraries } = doctorOn({ needed: null });
    expect(provider).toMatchObject({ state: "missing", wayOut: "npm run gpu:setup" });
    expect(libraries.state).toBe("not_checked");
  },
  30_000,
);
