import { rowSumBuffers } from "@/lib/engine/pytorch/reduction";

const H100 = { sm: 90, multiprocessors: 132, threadsPerMultiprocessor: 2048 };

// Allocations that PyTorch 2.14.1 made for the gradients of biases in steps of ViT-B/32, batch 32 (text: 32 · 77 rows,
// image: 32 · 50 rows), and of a SigLIP tower (32 · 196 rows), read from the allocator's own history.
test.each([
  [2464, 512, 10_223_616, 16],
  [2464, 2048, 40_894_464, 64],
  [2464, 1536, 30_670_848, 48],
  [1600, 768, 9_830_400, 24],
  [1600, 3072, 39_321_600, 96],
  [1600, 2304, 29_491_200, 72],
  [6272, 768, 38_535_168, 24],
  [6272, 2304, 115_605_504, 72],
  [6272, 3072, 138_412_032, 96],
])(
  "the sum of %i rows of %i takes the buffers that PyTorch takes",
  (rows, columns, partialSumBytes, semaphoreBytes) => {
    expect(rowSumBuffers(rows, columns, H100)).toEqual({ partialSumBytes, semaphoreBytes });
  },
);

test("a sum that one block can do takes no buffers", () => {
  expect(rowSumBuffers(32, 768, H100)).toEqual({ partialSumBytes: 0, semaphoreBytes: 0 });
});
