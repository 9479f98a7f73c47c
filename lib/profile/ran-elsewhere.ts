import type { Device } from "./validation";

const PROVIDERS = { cpu: "CPUExecutionProvider", cuda: "CUDAExecutionProvider" } as const satisfies Record<
  Device,
  string
>;

/**
 * Why a run does not count as one on this device: some of its kernels ran elsewhere, so it measured something else.
 *
 * @param providers  kernels by the provider that ran them; null when the runtime did not say
 * @returns null when every kernel ran where it should
 */
export function ranElsewhere(device: Device, providers: Readonly<Record<string, number>> | null): string | null {
  const wanted = PROVIDERS[device];
  if (providers === null || Object.keys(providers).length === 0) {
    return `The runtime does not say whether ${wanted} ran the step.`;
  }
  const others = Object.entries(providers).filter(([name]) => name !== wanted);
  if (others.length === 0) return null;
  const counts = others.map(([name, count]) => `${count} kernels ran on ${name}`).join(", ");
  return `Not everything ran on ${wanted}: ${counts}.`;
}
