import type { OnnxNode } from "../../onnx/model";
import { elementCount } from "./writer";

/** Numbers one thread unfolds at a time: 128 columns of 128. Source: onnxruntime `MLAS_CONV_WORKING_BUFFER_SIZE_PER_THREAD`. */
const NUMBERS_PER_THREAD = 128 * 128;
/** A product below this many multiplications per thread is given fewer threads. Source: onnxruntime `MLAS_SGEMM_THREAD_COMPLEXITY`. */
const PRODUCTS_PER_THREAD = 64 * 1024;
/** Threads share columns in multiples of this. Source: onnxruntime `MLAS_SGEMM_STRIDEN_THREAD_ALIGN`. */
const COLUMNS_PER_SHARE = 16;
const FLOAT_BYTES = 4;

/**
 * Bytes a kernel of the CPU provider takes from the arena while it runs, beside its results.
 *
 * @param threads of one operation
 */
export function scratchBytes(node: OnnxNode, threads: number): number {
  if (node.operator === "Conv") return FLOAT_BYTES * unfoldedByConvolution(node, threads);
  if (node.operator === "ConvTranspose") return FLOAT_BYTES * columnsOfTransposed(node);
  return 0;
}

/** @source onnxruntime `MlasConvPrepare` (core/mlas/lib/convolve.cpp) */
function unfoldedByConvolution({ inputs, outputs, attributes }: OnnxNode, threads: number): number {
  const [filters = 1, channels = 1, ...kernel] = inputs[1]?.shape ?? [];
  const [batch = 1, , ...places] = outputs[0]?.shape ?? [];
  const outputSize = elementCount(places);
  const summed = channels * elementCount(kernel);
  if (elementCount(kernel) === 1 && isAll(attributes.strides, 1) && isAll(attributes.pads, 0)) return 0;
  if (filters > outputSize) return outputSize * summed;
  if (batch > 1) return threads * NUMBERS_PER_THREAD;
  return threadsFor(filters * outputSize * summed, outputSize, threads) * NUMBERS_PER_THREAD;
}

function threadsFor(products: number, columns: number, threads: number): number {
  const wanted = products < PRODUCTS_PER_THREAD * threads ? Math.floor(products / PRODUCTS_PER_THREAD) + 1 : threads;
  if (wanted === 1) return 1;
  const share = Math.ceil(Math.ceil(columns / wanted) / COLUMNS_PER_SHARE) * COLUMNS_PER_SHARE;
  if (share >= columns) return 1;
  return share * (wanted - 1) >= columns ? wanted - 1 : wanted;
}

function isAll(attribute: OnnxNode["attributes"][string] | undefined, value: number): boolean {
  return attribute === undefined || ("ints" in attribute && attribute.ints.every((entry) => entry === value));
}

/** The columns of one sample, before they are added up in place. Source: onnxruntime `ConvTranspose<float>::DoConvTranspose`. */
function columnsOfTransposed({ inputs }: OnnxNode): number {
  const [, channels = 1, ...kernel] = inputs[1]?.shape ?? [];
  return channels * elementCount(kernel) * elementCount(inputs[0]?.shape.slice(2) ?? []);
}
