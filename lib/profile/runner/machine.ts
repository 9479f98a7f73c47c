import { readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform } from "node:os";
import path from "node:path";
import * as z from "zod";
import { MODEL_VERSION } from "../../estimate/model-version";
import type { Machine, MachineGpu } from "../validation";
import { errorCode } from "./error-code";
import { identityOf, machineIdentity } from "./identity";
import { availableBytes, totalBytes } from "./memory";
import { readGpu, readGpuNumber } from "./nvidia-smi";

/** What this process runs on, as it is now. */
export async function describeMachine(): Promise<Machine> {
  const reading = await readGpu();
  const coreCount = availableParallelism();
  return {
    platform: `${platform()} ${arch()}`,
    identity: await machineIdentity(),
    cpuName: cpus()[0]?.model.trim() || "unknown CPU",
    coreCount,
    memoryTotalBytes: totalBytes(),
    memoryAvailableBytes: availableBytes(),
    gpu: reading.ok ? { ...reading.gpu, identity: await gpuIdentity(reading.gpu) } : null,
    noGpu: reading.ok ? null : reading.why,
    threadCount: coreCount,
    versions: { node: process.versions.node, onnxruntime: await onnxruntimeVersion(), headroom: MODEL_VERSION },
  };
}

/** A part of a card, as some are lent, has another size than the whole of it. */
async function gpuIdentity({ memoryTotalBytes }: MachineGpu): Promise<string | null> {
  const number = await readGpuNumber();
  return number === null ? null : identityOf([number, String(memoryTotalBytes)]);
}

/** Read, not loaded: what it loads stays out of this process. */
async function onnxruntimeVersion(): Promise<string> {
  const file = path.resolve("node_modules/onnxruntime-node/package.json");
  try {
    return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, "utf8"))).version;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "not installed";
    throw error;
  }
}
