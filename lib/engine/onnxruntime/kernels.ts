/** Where a model runs. */
export type Provider = "cpu" | "cuda";

/** What the planner and the arena need to know of a provider's kernels (1.29.0). */
interface Kernels {
  /** Operators that write over their first input where nobody reads it afterwards. */
  readonly overwriting: ReadonlySet<string>;
}

const EITHER = ["Relu", "Sigmoid", "Tanh", "Softplus", "LogSoftmax", "Cast"];

/**
 * The CPU's were seen by running each operator alone with an input that nobody else reads and asking the runtime how much
 * memory it took; a test does so again. CUDA's are the ones with which the bytes asked for in all fifteen runs recorded on
 * a card come out to the byte; no `Sigmoid`, `Tanh` or `Softplus` was among those, and they are taken to be as on the CPU.
 */
const KERNELS: Readonly<Record<Provider, Kernels>> = {
  cpu: { overwriting: new Set([...EITHER, "Softmax"]) },
  cuda: { overwriting: new Set([...EITHER, "Gelu", "ScatterND"]) },
};

/** Operators whose result is the input's memory under another shape. */
const VIEWS: ReadonlySet<string> = new Set(["Reshape", "Identity"]);

/** Inputs that CUDA's kernels read on the host: shapes, axes, places and the like. */
const HOST_INPUTS: Readonly<Record<string, readonly number[]>> = {
  ConstantOfShape: [0],
  Expand: [1],
  OneHot: [1, 2],
  Pad: [1],
  ReduceL2: [1],
  ReduceMean: [1],
  ReduceSum: [1],
  Reshape: [1],
  Slice: [1, 2, 3, 4],
  Split: [1],
};

export function isView(operator: string): boolean {
  return VIEWS.has(operator);
}

export function mayOverwrite(operator: string, provider: Provider): boolean {
  return KERNELS[provider].overwriting.has(operator);
}

export function isReadOnHost(operator: string, input: number): boolean {
  return HOST_INPUTS[operator]?.includes(input) === true;
}
