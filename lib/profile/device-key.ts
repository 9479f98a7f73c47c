import { type GpuSpec, resolveGpu } from "../catalogue/gpus";
import type { Machine, Validation } from "./validation";

/** What a calibration is of. Measurements of anything else never enter it. */
export type DeviceKey =
  | { readonly device: "cuda"; readonly gpu: GpuSpec }
  | { readonly device: "cpu"; readonly cpuName: string; readonly threadCount: number };

/** @returns null for a validation that ran nowhere yet, or on a card that the catalogue does not know */
export function deviceKeyOf({ device, machine }: Pick<Validation, "device" | "machine">): DeviceKey | null {
  if (machine === null) return null;
  return device === "cpu" ? cpuKey(machine) : cardKey(machine);
}

function cpuKey({ cpuName, threadCount }: Machine): DeviceKey {
  return { device: "cpu", cpuName, threadCount };
}

function cardKey({ gpu }: Machine): DeviceKey | null {
  if (gpu === null) return null;
  const found = resolveGpu(gpu.name);
  return found.ok ? { device: "cuda", gpu: found.gpu } : null;
}

export function isSameDevice(a: DeviceKey, b: DeviceKey): boolean {
  if (a.device === "cuda" || b.device === "cuda") {
    return a.device === "cuda" && b.device === "cuda" && a.gpu.id === b.gpu.id;
  }
  return a.cpuName === b.cpuName && a.threadCount === b.threadCount;
}

export function deviceName(key: DeviceKey): string {
  return key.device === "cuda" ? key.gpu.name : `${key.cpuName}, ${key.threadCount} threads`;
}
