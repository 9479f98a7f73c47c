import { type GpuSpec, resolveGpu } from "../catalogue/gpus";
import type { Machine, Validation } from "./validation";

/** What a calibration is of. Measurements of anything else never enter it. */
export type DeviceKey = DeviceKind & {
  /**
   * Which of the devices of this kind: a digest, or null for those of which none was recorded. Absent where all of the kind
   * are meant, as in files that somebody chose.
   */
  readonly identity?: string | null;
};

type DeviceKind =
  | { readonly device: "cuda"; readonly gpu: GpuSpec }
  | { readonly device: "cpu"; readonly cpuName: string; readonly threadCount: number };

/** @returns null for a validation that ran nowhere yet, or on a card that the catalogue does not know */
export function deviceKeyOf({ device, machine }: Pick<Validation, "device" | "machine">): DeviceKey | null {
  if (machine === null) return null;
  return device === "cpu" ? cpuKey(machine) : cardKey(machine);
}

function cpuKey({ cpuName, threadCount, identity }: Machine): DeviceKey {
  return { device: "cpu", cpuName, threadCount, identity: identity ?? null };
}

function cardKey({ gpu }: Machine): DeviceKey | null {
  if (gpu === null) return null;
  const found = resolveGpu(gpu.name);
  return found.ok ? { device: "cuda", gpu: found.gpu, identity: gpu.identity ?? null } : null;
}

/** The very same; of a key without an identity, any of its kind. */
export function isSameDevice(a: DeviceKey, b: DeviceKey): boolean {
  if (!isSameKind(a, b)) return false;
  return a.identity === undefined || b.identity === undefined || a.identity === b.identity;
}

/** A card by its entry in the catalogue; a CPU by its name and threads. */
export function isSameKind(a: DeviceKey, b: DeviceKey): boolean {
  if (a.device === "cuda" || b.device === "cuda") {
    return a.device === "cuda" && b.device === "cuda" && a.gpu.id === b.gpu.id;
  }
  return a.cpuName === b.cpuName && a.threadCount === b.threadCount;
}

export function deviceName(key: DeviceKey): string {
  return key.device === "cuda" ? key.gpu.name : `${key.cpuName}, ${key.threadCount} threads`;
}
