/**
 * What SkyPilot calls the cards of the catalogue. Where clouds list one card under several names, all are given and
 * SkyPilot takes what it finds.
 *
 * @source skypilot-catalog: catalogs/v8/common/accelerators.csv at 001ca549; for B300, GB200 and GB300, which it lacks,
 * the names that SkyPilot detects on a cluster (sky/utils/gpu_names.py at 4e419473)
 */

const ACCELERATORS: Readonly<Record<string, readonly string[]>> = {
  "p100-pcie-16gb": ["P100"],
  "v100-sxm2-16gb": ["V100"],
  "v100-pcie-16gb": ["V100"],
  "v100-sxm2-32gb": ["V100-32GB"],
  "v100-pcie-32gb": ["V100-32GB"],
  t4: ["T4"],
  t4g: ["T4g"],
  "quadro-rtx-6000": ["RTX6000"],
  "rtx-3060": ["RTX3060"],
  "rtx-3070": ["RTX3070"],
  "rtx-3080": ["RTX3080"],
  "rtx-3090": ["RTX3090"],
  "rtx-4090": ["RTX4090"],
  "rtx-5060": ["RTX5060"],
  "rtx-5090": ["RTX5090"],
  "rtx-a4000": ["RTXA4000", "A4000"],
  "rtx-a4500": ["RTXA4500"],
  "rtx-a5000": ["RTXA5000"],
  "rtx-a6000": ["RTXA6000", "A6000"],
  "rtx-4000-ada": ["RTX4000-Ada"],
  "rtx-6000-ada": ["RTX6000-Ada", "RTX6000Ada"],
  "rtx-pro-6000-blackwell-server": ["RTXPRO6000S"],
  "rtx-pro-6000-blackwell-ws": ["RTXPRO6000WS"],
  a10: ["A10"],
  a10g: ["A10G"],
  a30: ["A30"],
  a40: ["A40"],
  "a100-sxm4-40gb": ["A100"],
  "a100-pcie-40gb": ["A100"],
  "a100-sxm4-80gb": ["A100-80GB", "A100-80GB-SXM"],
  "a100-pcie-80gb": ["A100-80GB"],
  l4: ["L4"],
  l40: ["L40"],
  l40s: ["L40S"],
  "h100-pcie-80gb": ["H100"],
  "h100-sxm5-80gb": ["H100", "H100-SXM"],
  "h100-nvl-94gb": ["H100-NVL"],
  "h200-sxm-141gb": ["H200", "H200-SXM"],
  "gh200-96gb": ["GH200"],
  "b200-sxm-180gb": ["B200"],
  "b300-sxm-270gb": ["B300"],
  "gb200-186gb": ["GB200"],
  "gb300-278gb": ["GB300"],
  mi300x: ["MI300X"],
};

/** Names that stand for more than one card of the catalogue. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["A100", "A100-80GB", "H100", "V100", "V100-32GB"]);

/** @returns null for a card that SkyPilot has no name for */
export function skyPilotAccelerators(gpuId: string | null): readonly string[] | null {
  return gpuId === null ? null : (ACCELERATORS[gpuId] ?? null);
}

/** Whether a cloud may give another form of the card, such as PCIe for SXM. */
export function isAmbiguous(accelerator: string): boolean {
  return AMBIGUOUS.has(accelerator);
}
