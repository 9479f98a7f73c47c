import { ELEMENT_BYTES, type OnnxConstant, type OnnxModel, type OnnxNode, type OnnxValue } from "../../onnx/model";
import { type Allocation, Arena } from "./arena";
import { type Buffer, planBuffers } from "./buffer-plan";
import { executionOrder } from "./execution-order";
import { isReadOnHost, type Provider } from "./kernels";
import { scratchBytes } from "./scratch";
import { elementCount } from "./writer";

export interface PredictedMemory {
  /** The most bytes in use at once, as the runtime's own accounting counts them: `mem_in_use_peak` of a profile. */
  readonly inUsePeakBytes: number;
  /** The same before rounding and without kernels' scratch: `mem_bytes_requested_in_use`. */
  readonly requestedPeakBytes: number;
  /** Held from the system at the end: `mem_arena_held`. */
  readonly arenaBytes: number;
  /** After each operation's results were allocated, in order of execution. */
  readonly timeline: readonly MemoryMoment[];
}

export interface MemoryMoment {
  readonly node: OnnxNode;
  readonly inUseBytes: number;
}

/** Larger constants stay where the file was read to, outside the arena. Source: onnxruntime `kSmallTensorExternalDataThreshold`. */
const LARGEST_COPIED_CONSTANT_BYTES = 127;

/**
 * The memory of a first run, by doing what the runtime does: its order of execution, its plan of which tensors share
 * memory, and its arena. On CUDA what kernels take while they run, cuDNN's workspaces above all, is not known and left out.
 *
 * @param threads of one operation on the CPU: some kernels take scratch memory for each
 */
export function predictMemory(model: OnnxModel, provider: Provider, threads: number): PredictedMemory {
  const arena = new Arena();
  let requested = placeConstants(model, provider, arena);
  let requestedPeakBytes = requested;
  const taken = new Map<Buffer, Allocation>();
  const timeline: MemoryMoment[] = [];
  for (const { node, allocated, freed } of planBuffers(model, executionOrder(model.nodes), provider)) {
    for (const buffer of allocated) {
      taken.set(buffer, arena.allocate(buffer.bytes));
      requested += buffer.bytes;
    }
    const scratch = provider === "cpu" ? scratchBytes(node, threads) : 0;
    if (scratch > 0) arena.free(arena.allocate(scratch));
    requestedPeakBytes = Math.max(requestedPeakBytes, requested);
    timeline.push({ node, inUseBytes: arena.usedBytes });
    for (const buffer of freed) {
      const chunk = taken.get(buffer);
      if (chunk !== undefined) arena.free(chunk);
      requested -= buffer.bytes;
    }
  }
  return { inUsePeakBytes: arena.usedBytesPeak, requestedPeakBytes, arenaBytes: arena.heldBytes, timeline };
}

/** @returns their bytes in the arena */
function placeConstants(model: OnnxModel, provider: Provider, arena: Arena): number {
  if (provider === "cpu") {
    const copied = model.constants.map(bytesOf).filter((bytes) => bytes <= LARGEST_COPIED_CONSTANT_BYTES);
    const bytes = copied.reduce((sum, each) => sum + each, 0);
    arena.reserve(bytes);
    return bytes;
  }
  const onDevice = new Set<OnnxValue>();
  for (const { operator, inputs } of model.nodes) {
    inputs.forEach((input, index) => {
      if (!isReadOnHost(operator, index)) onDevice.add(input);
    });
  }
  const sizes = model.constants.filter((constant) => onDevice.has(constant)).map(bytesOf);
  for (const bytes of sizes) arena.allocate(bytes);
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function bytesOf({ shape, type }: OnnxConstant): number {
  return elementCount(shape) * ELEMENT_BYTES[type];
}
