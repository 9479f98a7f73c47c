/** What a validation on a GPU needs, checked one thing after the other, and then tried. */

import { existsSync } from "node:fs";
import path from "node:path";
import { OnnxWriter } from "../../engine/onnxruntime/writer";
import { formatBytes } from "../../format";
import { encodeModel } from "../../onnx/encode";
import { GIB } from "../../units";
import { driverMismatch, libraryWords } from "./cuda-versions";
import { findLibrary, type LibrarySearch, otherVersions } from "./find-library";
import { neededLibraries } from "./needed-libraries";
import type { GpuReading } from "./nvidia-smi";
import type { WorkerJob, WorkerOutcome } from "./run-worker";

/** `mismatch`: it is there, in a version that does not do. */
export const FINDING_STATES = ["ok", "missing", "mismatch", "not_checked"] as const;

export interface Finding {
  readonly id: "driver" | "provider" | "libraries" | "session";
  readonly label: string;
  readonly state: (typeof FINDING_STATES)[number];
  /** What was found, in words. */
  readonly says: string;
  /** What to do about it, or null. */
  readonly wayOut: string | null;
}

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Whether a session ran on the GPU. */
  readonly canRun: boolean;
}

/** What the diagnosis asks of the machine. */
export interface Surroundings {
  readonly platform: string;
  /** Where onnxruntime-node keeps its libraries. */
  readonly runtimeFolder: string;
  readonly search: LibrarySearch;
  readonly readGpu: () => Promise<GpuReading>;
  readonly run: (job: WorkerJob) => Promise<WorkerOutcome>;
}

export const PROVIDER = "libonnxruntime_providers_cuda.so";
const SHARED = "libonnxruntime_providers_shared.so";
const SETUP = "npm run gpu:setup";
/** Comes with the driver, and is what CUDA talks to. */
const DRIVER_LIBRARY = "libcuda.so.1";
/** Part of every Linux, and no business of CUDA. */
const OF_THE_SYSTEM = /^(ld-linux|linux-vdso|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so)/;

export async function diagnose(surroundings: Surroundings): Promise<Diagnosis> {
  const session = await sessionFinding(surroundings);
  return {
    findings: [
      await driverFinding(surroundings),
      providerFinding(surroundings),
      librariesFinding(surroundings),
      session,
    ],
    canRun: session.state === "ok",
  };
}

async function driverFinding({ readGpu, runtimeFolder, search }: Surroundings): Promise<Finding> {
  const named = { id: "driver", label: "NVIDIA driver" } as const;
  const reading = await readGpu();
  if (!reading.ok) {
    const library = findLibrary(DRIVER_LIBRARY, search);
    if (library !== null) {
      const says = `${reading.why}; but its library is here (${library}), so that steps may run. Which card it is, what of it is free and who else uses it cannot be measured`;
      const wayOut =
        "Put nvidia-smi on the path; in a container, NVIDIA_DRIVER_CAPABILITIES=compute,utility brings it.";
      return { ...named, state: "not_checked", says, wayOut };
    }
    const wayOut = "Install NVIDIA's driver for the GPU, or start the container with access to it (--gpus all).";
    return { ...named, state: "missing", says: reading.why, wayOut };
  }
  const { name, driverVersion, memoryTotalBytes, memoryFreeBytes } = reading.gpu;
  const [free, total] = [formatBytes(memoryFreeBytes, "GiB"), formatBytes(memoryTotalBytes, "GiB")];
  const says = `${name}, driver ${driverVersion}, ${free} of ${total} free`;
  const mismatch = driverMismatch(driverVersion, librariesOfProvider(runtimeFolder) ?? []);
  if (mismatch === null) return { ...named, state: "ok", says, wayOut: null };
  return { ...named, state: "mismatch", says: `${says}; ${mismatch.says}`, wayOut: mismatch.wayOut };
}

function providerFinding({ platform, runtimeFolder }: Surroundings): Finding {
  const named = { id: "provider", label: "CUDA provider of ONNX Runtime" } as const;
  if (platform !== "linux-x64") {
    const says = `onnxruntime-node has a CUDA provider for linux-x64 alone; this is ${platform}`;
    return { ...named, state: "missing", says, wayOut: "Validate on the CPU, or on a Linux machine." };
  }
  const missing = [PROVIDER, SHARED].filter((file) => !existsSync(path.join(runtimeFolder, file)));
  if (missing.length > 0) {
    return { ...named, state: "missing", says: `${missing.join(" and ")} not in ${runtimeFolder}`, wayOut: SETUP };
  }
  return { ...named, state: "ok", says: path.join(runtimeFolder, PROVIDER), wayOut: null };
}

/** What the provider's own file asks the loader for, so that another version of it asks for other ones. */
function librariesFinding({ runtimeFolder, search }: Surroundings): Finding {
  const named = { id: "libraries", label: "CUDA libraries" } as const;
  const needed = librariesOfProvider(runtimeFolder);
  if (needed === null) {
    const says = "which ones are needed stands in the provider's file";
    return { ...named, state: "not_checked", says, wayOut: null };
  }
  const own = { ...search, folders: [runtimeFolder, ...search.folders] };
  const found = needed.map((name) => ({ name, file: findLibrary(name, own) }));
  const missing = found.filter(({ file }) => file === null).map(({ name }) => name);
  const present = found.flatMap(({ file }) => (file === null ? [] : [path.basename(file)]));
  if (missing.length === 0) return { ...named, state: "ok", says: present.join(", "), wayOut: null };
  const others = [...new Set(missing.flatMap((name) => otherVersions(name, search)))];
  const instead =
    others.length === 0 ? "" : `; there is ${others.map(libraryWords).join(", ")} instead, which it cannot use`;
  return {
    ...named,
    state: others.length === 0 ? "missing" : "mismatch",
    says: `the loader does not find ${missing.map(libraryWords).join(", ")}${instead}`,
    wayOut:
      "Install the CUDA runtime, cuBLAS and cuDNN of those versions, and put their folders on LD_LIBRARY_PATH before starting Headroom.",
  };
}

/** Null where there is no provider. */
function librariesOfProvider(runtimeFolder: string): readonly string[] | null {
  const provider = path.join(runtimeFolder, PROVIDER);
  if (!existsSync(provider)) return null;
  return neededLibraries(provider).filter((name) => !OF_THE_SYSTEM.test(name));
}

const SESSION_SECONDS = 60;

async function sessionFinding({ run }: Surroundings): Promise<Finding> {
  const named = { id: "session", label: "A session on the GPU" } as const;
  const job: WorkerJob = {
    bytes: encodeModel(smallModel()),
    device: "cuda",
    profile: false,
    warmUp: 0,
    repeats: 1,
    threadCount: 1,
  };
  const outcome = await run(job);
  if (outcome.kind !== "answered") return { ...named, state: "missing", says: outcome.reason, wayOut: null };
  const [sum] = outcome.answer.losses;
  return { ...named, state: "ok", says: `two and two made ${sum}`, wayOut: null };
}

/** Limits of the trial: starting CUDA takes a while, and hardly any memory. */
export const TRIAL_LIMITS = { seconds: SESSION_SECONDS, residentBytes: 8 * GIB, reserveBytes: GIB / 4 } as const;

function smallModel() {
  const w = new OnnxWriter();
  const two = w.filled("float32", [1], 2);
  return w.finish([], [w.add(two, two)]);
}
