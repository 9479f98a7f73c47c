/** GPUs by name: what memory a process really gets, how fast the card is, and how good each figure is. */

import type { CustomGpu } from "../plan/plan";
import { GB, GIB, MIB, TFLOP } from "../units";
import { GPU_TABLE } from "./gpu-table";
import { foldName, nearestNames } from "./nearest-names";
import type { SourceId } from "./sources";

/** How good a figure is: read from a device, taken from a vendor's paper, computed from other figures, or not looked up. */
export type FigureQuality = "measured" | "quoted" | "derived" | "recalled";

/** What executes kernels on the device. Memory is modelled for `cuda`; elsewhere PyTorch's allocators differ. */
export type GpuRuntime = "cuda" | "rocm" | "xpu" | "mps" | "hpu" | "xla";

export type GpuPrecision = "fp32" | "tf32" | "fp16" | "bf16" | "fp8";

type UsableBasis =
  | "torch-properties"
  | "out-of-memory-message"
  | "driver-log"
  | "same-memory-sibling"
  | "sibling-ratio"
  | "rocm-total"
  | "metal-working-set"
  | "recalled";

type GpuNote =
  | "arm-host"
  | "bf16-emulated"
  | "board-of-four"
  | "ecc"
  | "half-rate-accumulate"
  | "no-flash-attention"
  | "no-tensor-cores"
  | "power-limited"
  | "two-dies"
  | "unified-memory"
  | "wheels-drop-sm60"
  | "wheels-drop-sm70";

/** One row of `gpu-table.ts`, in the units vendors quote. */
export interface GpuRow {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly chip?: string;
  readonly runtime: GpuRuntime;
  readonly computeCapability?: string;
  /** AMD's name of the instruction set. */
  readonly target?: string;
  readonly advertisedMib: number;
  /** Total that the driver's tool prints. */
  readonly driverMib?: { readonly value: number; readonly quality: FigureQuality };
  /** Total that PyTorch reports. */
  readonly usableMib?: { readonly value: number; readonly quality: FigureQuality; readonly basis: UsableBasis };
  readonly memoryType: string;
  readonly bandwidthGbPerSecond: number;
  readonly peakTflops: Readonly<Partial<Record<GpuPrecision, number>>>;
  readonly peakQuality: FigureQuality;
  readonly measuredMatmulTflops?: Readonly<Partial<Record<"fp32" | "tf32" | "fp16" | "bf16", number>>> & {
    readonly contributorCount?: number;
    readonly source: SourceId;
  };
  readonly planningMatmulTflops: { readonly value: number; readonly quality: FigureQuality };
  readonly smCount?: number;
  readonly boostMhz?: number;
  readonly tdpWatts?: number;
  readonly l2CacheMib?: number;
  readonly linkGbPerSecond?: number;
  readonly pcie?: string;
  readonly launchYear: number;
  readonly bf16: boolean;
  readonly tf32: boolean;
  readonly fp8: boolean;
  readonly flashAttention?: boolean;
  readonly devicesPerBoard?: number;
  readonly chapterName?: string;
  readonly aliases?: readonly string[];
  readonly notes?: readonly GpuNote[];
  readonly sources: readonly SourceId[];
}

/** A GPU as estimates use it: one device as a program sees it, in bytes, seconds and FLOPs. */
export interface GpuSpec {
  /** `null` for a card the user described. */
  readonly id: string | null;
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly chip?: string;
  readonly runtime: GpuRuntime;
  /** Such as "8.9"; `null` where CUDA's numbering does not apply or was not given. */
  readonly computeCapability: string | null;
  /** Advertised. */
  readonly memoryBytes: number;
  /** What a process can really get: the total that PyTorch reports. */
  readonly usableBytes: number;
  readonly usableQuality: FigureQuality;
  /** Where `usableBytes` comes from, in words. */
  readonly usableBasis: string;
  /** Total that the driver's tool prints, where known. */
  readonly driverBytes?: number;
  readonly memoryType?: string;
  readonly memoryBandwidthBytesPerSecond: number | null;
  /** Dense, with fp32 accumulation. A precision the card lacks is absent, never 0. */
  readonly peakFlopsPerSecond: Readonly<Partial<Record<GpuPrecision, number>>>;
  readonly peakQuality: FigureQuality;
  /** Best rates that users of the card reached in plain matrix products. */
  readonly measuredMatmulFlopsPerSecond?: Readonly<Partial<Record<"fp32" | "tf32" | "fp16" | "bf16", number>>> & {
    readonly contributorCount?: number;
    readonly source: SourceId;
  };
  /** What was measured on this very card, over what is assumed of its kind; absent in the catalogue. */
  readonly measuredHere?: {
    /** Of the rate of matrix products, by the unit that was measured. */
    readonly productFactors?: Readonly<Partial<Record<"fp32" | "tf32" | "fp16", number>>>;
    readonly bandwidthFactor?: number;
    /** Of the seconds in which its host hands over a kernel. */
    readonly launchFactor?: number;
    /** Of a process of another runtime, context and libraries: no process takes less. */
    readonly contextBytes?: number;
  };
  /** The 16-bit matrix rate to plan with: measured where possible, else derived from similar cards. */
  readonly planningMatmulFlopsPerSecond: { readonly value: number; readonly quality: FigureQuality } | null;
  readonly bf16: boolean;
  readonly tf32: boolean;
  readonly fp8: boolean;
  /** FlashAttention-2 kernels exist for it; `null` where that was not established. */
  readonly flashAttention: boolean | null;
  readonly smCount?: number;
  readonly boostHertz?: number;
  readonly tdpWatts?: number;
  readonly l2CacheBytes?: number;
  /** Between devices, both directions together. */
  readonly linkBytesPerSecond?: number;
  /** Generation and lanes, such as "4.0 x16". */
  readonly pcie?: string;
  readonly launchYear?: number;
  /** More than 1 for a board that shows up as several devices; every figure here is for one. */
  readonly devicesPerBoard: number;
  readonly inChapter: boolean;
  readonly chapterName?: string;
  readonly aliases: readonly string[];
  readonly notes: readonly string[];
  readonly sources: readonly SourceId[];
  /** The first of `sources`; absent for a card the user described. */
  readonly source: SourceId | null;
}

export type GpuResolution =
  | { readonly ok: true; readonly gpu: GpuSpec }
  | { readonly ok: false; readonly suggestions: readonly string[] };

/**
 * Finds a GPU by catalogue id, chapter name, full name, the name PyTorch prints, or a common short name; or fills in a
 * card that the user described.
 *
 * @returns for an unknown name, the ids nearest to it
 */
export function resolveGpu(gpu: string | CustomGpu): GpuResolution {
  if (typeof gpu !== "string") return { ok: true, gpu: customGpuSpec(gpu) };
  const found = gpuByName.get(foldGpuName(gpu));
  return found === undefined ? { ok: false, suggestions: nearestGpuIds(gpu) } : { ok: true, gpu: found };
}

const USABLE_BASIS = {
  "torch-properties": "total memory that PyTorch reports on this card",
  "out-of-memory-message": "total capacity in PyTorch's out-of-memory message on this card",
  "driver-log": "total in a driver log of this card, from drivers that leave out the reserved part",
  "same-memory-sibling": "taken from a card of the same generation and memory",
  "sibling-ratio": "derived: what the driver shows, less the share that measured sibling cards reserve",
  "rocm-total": "total that ROCm shows for this card; not checked on a device",
  "metal-working-set": "Metal's default working set, three quarters of the unified memory",
  recalled: "a figure that was not checked on a device",
} as const satisfies Record<UsableBasis, string>;

const NOTES = {
  "arm-host": "Sold with Arm hosts only.",
  "bf16-emulated": "No bf16 units: PyTorch runs bf16 at a small part of the fp16 rate. Use fp16 with loss scaling.",
  "board-of-four": "The board carries four of these GPUs; figures are for one.",
  ecc: "Error correction is on and takes part of the memory.",
  "half-rate-accumulate":
    "The 16-bit rate is given with fp32 accumulation, as PyTorch asks for: half of the rate often quoted.",
  "no-flash-attention": "No FlashAttention-2 and no TF32; PyTorch falls back to its memory-efficient attention.",
  "no-tensor-cores": "No tensor cores: 16-bit matrix products are no faster than fp32.",
  "power-limited": "The power limit keeps long matrix products well below the nominal rate.",
  "two-dies": "The package shows up as two devices; figures are for one.",
  "unified-memory": "Memory is shared with the CPU and given for the largest configuration sold.",
  "wheels-drop-sm60": "Recent PyTorch builds no longer support this generation.",
  "wheels-drop-sm70": "PyTorch builds for CUDA 13 no longer support this generation.",
} as const satisfies Record<GpuNote, string>;

/** Where PyTorch's total is not known, the share of the driver's total that the nearest measured card leaves. */
const B200_USABLE_OF_DRIVER = 182_631 / 183_359;

/**
 * Of the advertised memory, the share that PyTorch reports: the median over the cards where it was measured. Those lie
 * between 0.91 (error correction on) and 0.99.
 */
const TYPICAL_USABLE_SHARE = medianUsableShare();

const TYPICAL_SHARE_BASIS =
  "derived: the share of its advertised memory that measured cards typically leave to a process (98.5 %; with error correction on as little as 91 %)";

/** The catalogue, in the order it is shown. */
export const GPUS: readonly GpuSpec[] = GPU_TABLE.map(gpuSpec);

const gpuByName: ReadonlyMap<string, GpuSpec> = indexByName(GPUS);

function gpuSpec(row: GpuRow): GpuSpec {
  const usable = usableMemory(row);
  return {
    id: row.id,
    name: row.name,
    vendor: row.vendor,
    architecture: row.architecture,
    chip: row.chip,
    runtime: row.runtime,
    computeCapability: row.computeCapability ?? null,
    memoryBytes: row.advertisedMib * MIB,
    ...usable,
    driverBytes: scaled(row.driverMib?.value, MIB),
    memoryType: row.memoryType,
    memoryBandwidthBytesPerSecond: row.bandwidthGbPerSecond * GB,
    peakFlopsPerSecond: inFlopsPerSecond(row.peakTflops),
    peakQuality: row.peakQuality,
    measuredMatmulFlopsPerSecond: measuredRates(row),
    planningMatmulFlopsPerSecond: {
      value: row.planningMatmulTflops.value * TFLOP,
      quality: row.planningMatmulTflops.quality,
    },
    bf16: row.bf16,
    tf32: row.tf32,
    fp8: row.fp8,
    flashAttention: row.flashAttention ?? null,
    smCount: row.smCount,
    boostHertz: scaled(row.boostMhz, 1e6),
    tdpWatts: row.tdpWatts,
    l2CacheBytes: scaled(row.l2CacheMib, MIB),
    linkBytesPerSecond: scaled(row.linkGbPerSecond, GB),
    pcie: row.pcie,
    launchYear: row.launchYear,
    devicesPerBoard: row.devicesPerBoard ?? 1,
    inChapter: row.chapterName !== undefined,
    chapterName: row.chapterName,
    aliases: row.aliases ?? [],
    notes: (row.notes ?? []).map((note) => NOTES[note]),
    sources: row.sources,
    source: row.sources[0] ?? null,
  };
}

function usableMemory(row: GpuRow): Pick<GpuSpec, "usableBytes" | "usableQuality" | "usableBasis"> {
  if (row.usableMib !== undefined) {
    const { value, quality, basis } = row.usableMib;
    return { usableBytes: value * MIB, usableQuality: quality, usableBasis: USABLE_BASIS[basis] };
  }
  if (row.architecture.startsWith("Blackwell") && row.driverMib !== undefined) {
    const usableBytes = Math.floor(row.driverMib.value * B200_USABLE_OF_DRIVER) * MIB;
    return { usableBytes, usableQuality: "derived", usableBasis: USABLE_BASIS["sibling-ratio"] };
  }
  return {
    usableBytes: Math.floor(row.advertisedMib * TYPICAL_USABLE_SHARE) * MIB,
    usableQuality: "derived",
    usableBasis: TYPICAL_SHARE_BASIS,
  };
}

function customGpuSpec(gpu: CustomGpu): GpuSpec {
  const capability = gpu.computeCapability === undefined ? null : Number(gpu.computeCapability);
  const isAmpereOrNewer = capability === null || capability >= 8;
  return {
    id: null,
    name: gpu.name,
    vendor: "given",
    architecture: "given",
    runtime: "cuda",
    computeCapability: gpu.computeCapability ?? null,
    memoryBytes: gpu.memoryBytes,
    usableBytes: Math.floor(gpu.memoryBytes * TYPICAL_USABLE_SHARE),
    usableQuality: "derived",
    usableBasis: TYPICAL_SHARE_BASIS,
    memoryBandwidthBytesPerSecond: gpu.memoryBandwidthBytesPerSecond ?? null,
    peakFlopsPerSecond: gpu.peakFlopsPerSecond ?? {},
    peakQuality: "quoted",
    planningMatmulFlopsPerSecond: null,
    bf16: isAmpereOrNewer,
    tf32: isAmpereOrNewer,
    fp8: capability !== null && capability >= 8.9,
    flashAttention: isAmpereOrNewer,
    devicesPerBoard: 1,
    inChapter: false,
    aliases: [],
    notes: [],
    sources: [],
    source: null,
  };
}

function medianUsableShare(): number {
  const rows: readonly GpuRow[] = GPU_TABLE;
  const shares = rows
    .filter((row) => row.runtime === "cuda" && row.usableMib?.quality === "measured")
    .map((row) => (row.usableMib?.value ?? 0) / row.advertisedMib)
    .sort((a, b) => a - b);
  const median = shares[Math.floor(shares.length / 2)];
  if (median === undefined) throw new Error("no card in the table has measured memory");
  return median;
}

function measuredRates(row: GpuRow): GpuSpec["measuredMatmulFlopsPerSecond"] {
  if (row.measuredMatmulTflops === undefined) return undefined;
  const { contributorCount, source, ...rates } = row.measuredMatmulTflops;
  return { ...inFlopsPerSecond(rates), contributorCount, source };
}

function inFlopsPerSecond<Precision extends string>(
  tflops: Readonly<Partial<Record<Precision, number>>>,
): Partial<Record<Precision, number>> {
  const rates: Partial<Record<Precision, number>> = {};
  for (const precision in tflops) {
    const value = tflops[precision];
    if (value !== undefined) rates[precision] = value * TFLOP;
  }
  return rates;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/** Vendors' names and product lines are left out of a name as often as not. */
function foldGpuName(name: string): string {
  return foldName(name.replace(/\b(nvidia|amd|intel|google|geforce|tesla|quadro|radeon|instinct)\b/gi, ""));
}

/** Where two cards share a name, ids win over chapter names, those over full names, and those over short names. */
function indexByName(gpus: readonly GpuSpec[]): ReadonlyMap<string, GpuSpec> {
  const index = new Map<string, GpuSpec>();
  const namesInOrderOfRank: readonly ((gpu: GpuSpec) => readonly string[])[] = [
    (gpu) => (gpu.id === null ? [] : [gpu.id]),
    (gpu) => (gpu.chapterName === undefined ? [] : [gpu.chapterName]),
    (gpu) => [gpu.name],
    (gpu) => gpu.aliases,
    (gpu) => [`${gpu.name.replace(/\s*\d+\s?GB.*$/, "")} ${gpu.memoryBytes / GIB}GB`],
    (gpu) => [gpu.name.replace(/\s*\d+\s?GB.*$/, "")],
  ];
  for (const namesOf of namesInOrderOfRank) {
    for (const gpu of gpus) {
      for (const name of namesOf(gpu)) {
        const key = foldGpuName(name);
        if (!index.has(key)) index.set(key, gpu);
      }
    }
  }
  return index;
}

function nearestGpuIds(name: string): readonly string[] {
  const folded = foldGpuName(name);
  return nearestNames(folded, [...gpuByName.keys()], 6)
    .map((key) => gpuByName.get(key)?.id)
    .filter((id, index, ids): id is string => typeof id === "string" && ids.indexOf(id) === index)
    .slice(0, 3);
}
