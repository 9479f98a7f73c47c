import { ELEMENT_BYTES, type OnnxModel, type OnnxNode, type OnnxValue } from "../../onnx/model";
import { isView, mayOverwrite, type Provider } from "./kernels";
import { elementCount, sameLengths } from "./writer";

/** One stretch of memory, from the operation that fills it first to the last one that reads any tensor kept in it. */
export interface Buffer {
  readonly bytes: number;
  /** The tensor it was made for; others may take its place later. */
  readonly value: OnnxValue;
}

/** What one operation asks of memory. */
export interface BufferStep {
  readonly node: OnnxNode;
  /** Before it runs, in the order of its outputs. */
  readonly allocated: readonly Buffer[];
  /** Once it has run. */
  readonly freed: readonly Buffer[];
}

/**
 * Which tensors share memory and when each stretch comes and goes, as ONNX Runtime's planner decides before it runs: a
 * view lies in what it views; an operation may overwrite an input nobody else reads; and the first dead tensor of the same
 * shape, the latest to die first, hands on its memory, which then stays taken in between.
 *
 * @param order of execution, as positions in the model's nodes
 * @source onnxruntime `PlannerImpl::ComputeSingleStreamReusePlan` (core/framework/allocation_planner.cc)
 */
export function planBuffers(model: OnnxModel, order: Int32Array, provider: Provider): readonly BufferStep[] {
  const planner = new Planner(model, provider);
  const steps = Array.from(order, (position) => planner.place(model.nodes[position]));
  return planner.withReleases(steps);
}

interface Placement {
  readonly node: OnnxNode;
  readonly allocated: readonly Buffer[];
}

class Planner {
  /** By tensor, the buffer it lies in; constants and outputs lie outside what is planned. */
  private readonly bufferOf = new Map<OnnxValue, Buffer>();
  /** How often what lies in a buffer is still to be read. */
  private readonly uses = new Map<Buffer, number>();
  private readonly usesOfValue = new Map<OnnxValue, number>();
  private readonly outside: ReadonlySet<OnnxValue>;
  /** Dead buffers that may be handed on, the latest first. */
  private free: Buffer[] = [];
  private readonly shapes = new Map<Buffer, OnnxValue>();

  constructor(
    model: OnnxModel,
    private readonly provider: Provider,
  ) {
    this.outside = new Set([...model.constants, ...model.inputs, ...model.outputs]);
    for (const { inputs, outputs } of model.nodes) {
      for (const value of [...inputs, ...outputs]) this.usesOfValue.set(value, (this.usesOfValue.get(value) ?? 0) + 1);
    }
  }

  place(node: OnnxNode | undefined): Placement {
    if (node === undefined) throw new RangeError("an order of more operations than there are");
    const allocated: Buffer[] = [];
    node.outputs.forEach((output, index) => {
      if (this.isViewOfConstant(node)) return;
      const reused = this.inputToShare(node, output, index) ?? this.deadBuffer(output);
      if (reused !== null) {
        this.bufferOf.set(output, reused);
        this.uses.set(reused, (this.uses.get(reused) ?? 0) + (this.usesOfValue.get(output) ?? 0));
        return;
      }
      const buffer = { bytes: elementCount(output.shape) * ELEMENT_BYTES[output.type], value: output };
      allocated.push(buffer);
      this.bufferOf.set(output, buffer);
      this.uses.set(buffer, this.usesOfValue.get(output) ?? 0);
      this.shapes.set(buffer, output);
    });
    for (const value of [...node.inputs, ...node.outputs]) this.release(value);
    return { node, allocated };
  }

  private isViewOfConstant({ operator, inputs: [viewed] }: OnnxNode): boolean {
    return isView(operator) && viewed !== undefined && !this.bufferOf.has(viewed);
  }

  private inputToShare(node: OnnxNode, output: OnnxValue, index: number): Buffer | null {
    if (this.outside.has(output)) return null;
    const input = index === 0 ? node.inputs[0] : undefined;
    const buffer = input === undefined ? undefined : this.bufferOf.get(input);
    if (input === undefined || buffer === undefined) return null;
    if (isView(node.operator)) return buffer;
    const isLastRead = this.uses.get(buffer) === 1;
    return mayOverwrite(node.operator, this.provider) && isLastRead && sameSize(input, output) ? buffer : null;
  }

  /** Single numbers are not worth handing on. */
  private deadBuffer(output: OnnxValue): Buffer | null {
    if (this.outside.has(output) || output.shape.length === 0) return null;
    const found = this.free.findIndex((buffer) => sameSize(this.shapes.get(buffer) ?? buffer.value, output));
    const buffer = this.free[found];
    if (buffer === undefined) return null;
    this.free.splice(found, 1);
    return buffer;
  }

  private release(value: OnnxValue): void {
    const buffer = this.bufferOf.get(value);
    if (buffer === undefined) return;
    const left = (this.uses.get(buffer) ?? 0) - 1;
    this.uses.set(buffer, left);
    if (left === 0) this.free.unshift(buffer);
  }

  /** What was not handed on is given back after the last operation that touches it. */
  withReleases(placements: readonly Placement[]): readonly BufferStep[] {
    const last = new Map<Buffer, number>();
    placements.forEach(({ node }, i) => {
      for (const value of [...node.inputs, ...node.outputs]) {
        const buffer = this.bufferOf.get(value);
        if (buffer !== undefined) last.set(buffer, i);
      }
    });
    const freed: Buffer[][] = placements.map(() => []);
    for (const [buffer, step] of last) if (!this.outside.has(buffer.value)) freed[step]?.push(buffer);
    return placements.map((placement, i) => ({ ...placement, freed: freed[i] ?? [] }));
  }
}

/** The same lengths in the same order: equal element counts are not enough. */
function sameSize(a: OnnxValue, b: OnnxValue): boolean {
  return ELEMENT_BYTES[a.type] === ELEMENT_BYTES[b.type] && sameLengths(a.shape, b.shape);
}
