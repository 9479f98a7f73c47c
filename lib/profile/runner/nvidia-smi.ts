/** What the NVIDIA driver says, through the program that comes with it. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { MIB } from "../../units";
import type { GpuUser, MachineGpu } from "../validation";
import { errorCode } from "./error-code";

/** A driver in trouble may never answer. */
const LIMIT_MS = 10_000;

export type GpuReading = { readonly ok: true; readonly gpu: MachineGpu } | { readonly ok: false; readonly why: string };

/** The GPU that CUDA calls its first: of those that `CUDA_VISIBLE_DEVICES` names, if it is set, else of all. */
export async function readGpu(): Promise<GpuReading> {
  const fields = "name,driver_version,compute_cap,memory.total,memory.free";
  const gpus = await query(`--query-gpu=${fields}`);
  if (!gpus.ok) return gpus;
  const [first] = gpus.rows;
  if (first === undefined) return { ok: false, why: "nvidia-smi lists no GPU" };
  const [name = "", driverVersion = "", computeCapability = "", total = "", free = ""] = first;
  const [memoryTotalBytes, memoryFreeBytes] = [bytesOf(total), bytesOf(free)];
  if (memoryTotalBytes === null || memoryFreeBytes === null) {
    return { ok: false, why: `nvidia-smi gives the memory of ${name} as ${total} and ${free}` };
  }
  const otherUsers = await readGpuUsers();
  return {
    ok: true,
    gpu: {
      name,
      driverVersion,
      computeCapability: /^\d+\.\d+$/.test(computeCapability) ? computeCapability : null,
      memoryTotalBytes,
      memoryFreeBytes,
      otherUsers: otherUsers ?? [],
    },
  };
}

/** The programs that hold memory of this GPU; null where the driver does not answer. */
export async function readGpuUsers(): Promise<readonly GpuUser[] | null> {
  const users = await query("--query-compute-apps=pid,process_name,used_memory");
  if (!users.ok) return null;
  return users.rows.flatMap(([pid = "", name = "", used = ""]) =>
    /^\d+$/.test(pid) ? [{ pid: Number(pid), name, usedBytes: bytesOf(used) }] : [],
  );
}

/** Bytes of this GPU that are taken, by whomever; null where the driver does not answer. */
export async function readUsedBytes(): Promise<number | null> {
  const used = await query("--query-gpu=memory.used");
  return used.ok ? bytesOf(used.rows[0]?.[0] ?? "") : null;
}

/** What tells the first GPU from all others; null where the driver does not answer. */
export async function readGpuNumber(): Promise<string | null> {
  const numbers = await query("--query-gpu=uuid");
  const number = numbers.ok ? (numbers.rows[0]?.[0] ?? "") : "";
  return /^(GPU|MIG)-/.test(number) ? number : null;
}

/** What its turns are called, in whatever order GPUs are listed; its place in the list where the driver does not answer. */
export async function gpuTurnName(): Promise<string> {
  return (await readGpuNumber()) ?? visibleGpu() ?? "none";
}

type Answer =
  | { readonly ok: true; readonly rows: readonly (readonly string[])[] }
  | { readonly ok: false; readonly why: string };

async function query(what: string): Promise<Answer> {
  const gpu = visibleGpu();
  if (gpu === null) {
    const value = JSON.stringify(process.env.CUDA_VISIBLE_DEVICES);
    return { ok: false, why: `CUDA_VISIBLE_DEVICES is ${value}, which hides every GPU from CUDA` };
  }
  try {
    const format = "--format=csv,noheader,nounits";
    const { stdout } = await promisify(execFile)("nvidia-smi", [`--id=${gpu}`, what, format], { timeout: LIMIT_MS });
    const lines = stdout.split("\n").filter((line) => line.trim() !== "");
    return { ok: true, rows: lines.map((line) => line.split(",").map((cell) => cell.trim())) };
  } catch (error) {
    return { ok: false, why: failure(error) };
  }
}

/** As `nvidia-smi --id` takes it: a number or the start of a UUID. Null where none is visible. */
function visibleGpu(): string | null {
  const listed = process.env.CUDA_VISIBLE_DEVICES;
  if (listed === undefined) return "0";
  const [first = ""] = listed.split(",");
  return /^(?:\d+|(?:GPU|MIG)-[\w/-]+)$/.test(first.trim()) ? first.trim() : null;
}

function failure(error: unknown): string {
  if (errorCode(error) === "ENOENT") return "no NVIDIA driver was found: there is no nvidia-smi";
  const said = typeof error === "object" && error !== null ? Reflect.get(error, "stdout") : undefined;
  const reason = typeof said === "string" && said.trim() !== "" ? said.trim() : String(error);
  return `nvidia-smi failed: ${reason}`.slice(0, 300);
}

/** It counts in MiB and writes `[N/A]` for what it does not know. */
function bytesOf(mebibytes: string): number | null {
  return /^\d+$/.test(mebibytes) ? Number(mebibytes) * MIB : null;
}
