import { arch, availableParallelism, cpus, platform } from "node:os";
import onnxruntime from "onnxruntime-node/package.json";
import { MODEL_VERSION } from "../../estimate/model-version";
import type { Machine } from "../validation";
import { availableBytes, totalBytes } from "./memory";
import { readGpu } from "./nvidia-smi";

/** What this process runs on, as it is now. */
export async function describeMachine(): Promise<Machine> {
  const reading = await readGpu();
  const coreCount = availableParallelism();
  return {
    platform: `${platform()} ${arch()}`,
    cpuName: cpus()[0]?.model.trim() || "unknown CPU",
    coreCount,
    memoryTotalBytes: totalBytes(),
    memoryAvailableBytes: availableBytes(),
    gpu: reading.ok ? reading.gpu : null,
    noGpu: reading.ok ? null : reading.why,
    threadCount: coreCount,
    versions: { node: process.versions.node, onnxruntime: onnxruntime.version, headroom: MODEL_VERSION },
  };
}
