import { elementCount, type Tensor } from "@/lib/graph/interpreter/tensor";

/** What the entries of a random tensor may be. `below` asks for whole numbers from 0. */
export type Numbers = "real" | "positive" | { readonly below: number };

/** A repeatable source of random tensors (mulberry32): the same seed gives the same numbers everywhere. */
export function randomTensors(seed: number): (shape: readonly number[], numbers?: Numbers) => Tensor {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  // Reals stay a tenth away from zero, where max(x, 0) has no derivative and a norm would vanish.
  const draw = (numbers: Numbers) => {
    const size = 0.1 + 0.9 * uniform();
    if (numbers === "positive") return size;
    if (numbers === "real") return uniform() < 0.5 ? -size : size;
    return Math.floor(uniform() * numbers.below);
  };
  return (shape, numbers = "real") => ({
    shape,
    data: Float64Array.from({ length: elementCount(shape) }, () => draw(numbers)),
  });
}
