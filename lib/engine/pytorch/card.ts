import { KIB } from "../../units";

/** What PyTorch's memory depends on in a card. */
export interface Card {
  /** Compute capability as major·10 + minor: 75, 80, 86, 89, 90, 100, 120. */
  readonly sm: number;
  readonly multiprocessors: number;
  readonly threadsPerMultiprocessor: number;
}

/**
 * Bytes of the workspace PyTorch gives each cuBLAS handle; the thread that runs the forward pass and the one that
 * runs the backward pass have a handle each.
 *
 * @source PyTorch `aten/src/ATen/cuda/CublasHandlePool.cpp`, default workspace: 4096 KiB · 8 on Hopper and later datacentre
 *   cards, else 4096 KiB · 2 + 16 KiB · 8
 */
export function cublasWorkspaceBytes(card: Card): number {
  return card.sm === 90 || card.sm === 100 ? 4096 * KIB * 8 : 4096 * KIB * 2 + 16 * KIB * 8;
}

/** FlashAttention-2 kernels need Ampere or later. */
export function hasFlashAttention(card: Card): boolean {
  return card.sm >= 80;
}

/** What each compute capability allows to run at once on one multiprocessor. Source: CUDA C++ Programming Guide, compute capabilities. */
export function threadsPerMultiprocessor(sm: number): number {
  if (sm === 75) return 1024;
  return sm === 86 || sm === 89 || sm >= 120 ? 1536 : 2048;
}
