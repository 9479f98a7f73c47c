import type { GraphBuilder } from "./builder";
import type { GradientRule, RuleContext } from "./gradients/rule";
import { GRADIENT_RULES } from "./gradients/rules";
import type { Node, OpType, Scope, Value } from "./ir";

/**
 * Writes the backward pass of a scalar into the same graph and returns the gradient of every trained parameter, in the order
 * of the parameters.
 *
 * The walk goes through the forward operations from last to first, which is the order in which PyTorch's engine
 * runs them. It knows no operation: it asks each one's rule for the gradients that are wanted and adds up where a
 * value is used more than once. Nothing is written for what does not train. Operations of a checkpointed scope are
 * written a second time just before their gradients, and gradients read the repetition, which ends where the last
 * gradient has all it reads.
 *
 * @param loss scalar to differentiate
 * @param seed the gradient of the loss, a scalar (1, or the scale of mixed-precision training)
 * @throws {Error} when an operation on the way has no rule
 */
export function buildGradients(g: GraphBuilder, loss: Value, seed: Value): ReadonlyMap<Value, Value> {
  const walk = new Walk(g);
  walk.contribute(loss, seed);
  const forward = g.nodes.slice();
  for (let i = forward.length - 1; i >= 0; i--) {
    const node = forward[i];
    if (node === undefined || !walk.reaches(node)) continue;
    const region = checkpointOf(node.scope);
    if (region === null) {
      walk.differentiate(node);
      continue;
    }
    const first = firstNodeOf(region, forward, i);
    for (const repeated of walk.repeat(forward.slice(first, i + 1)))
      if (walk.reaches(repeated)) walk.differentiate(repeated);
    i = first;
  }
  walk.endRepetitions();
  const gradients = new Map<Value, Value>();
  for (const parameter of g.parameters) {
    const gradient = walk.gradientOf(parameter);
    if (gradient !== undefined) gradients.set(parameter, gradient);
  }
  return gradients;
}

class Walk {
  /** By value. */
  private readonly gradients: (Value | undefined)[];
  private repeats = false;
  private node: Node | null = null;
  /** One for the whole walk: rules ask at once and keep nothing. */
  private readonly questions: { -readonly [K in keyof RuleContext<OpType>]: RuleContext<OpType>[K] };

  constructor(private readonly g: GraphBuilder) {
    this.gradients = new Array(g.valueCount);
    this.questions = this.questionsAboutNode();
  }

  gradientOf(value: Value): Value | undefined {
    return this.gradients[value.id];
  }

  /** Adds one more gradient of a value to those it has. */
  contribute(value: Value, gradient: Value): void {
    const before = this.gradients[value.id];
    const sum = before === undefined ? gradient : this.g.apply("Accumulate", [before, gradient], {}).outputs[0];
    if (sum !== undefined) this.gradients[value.id] = sum;
  }

  reaches(node: Node): boolean {
    for (const output of node.outputs) {
      if (output.requiresGrad && this.gradients[output.id] !== undefined)
        return node.inputs.some((input) => input.requiresGrad);
    }
    return false;
  }

  differentiate(node: Node): void {
    this.g.inPhase("backward", node, node.scope, () => {
      this.node = node;
      this.questions.attributes = node.attributes;
      const gradients = ruleOf(node)(this.questions);
      for (let i = 0; i < node.inputs.length; i++) {
        const [input, gradient] = [node.inputs[i], gradients[i]];
        if (input?.requiresGrad === true && gradient !== null && gradient !== undefined)
          this.contribute(input, gradient);
      }
    });
  }

  /** What rules ask about the operation that is being differentiated. */
  private questionsAboutNode(): RuleContext<OpType> {
    const at = (values: readonly Value[], index: number, what: string): Value => {
      const value = values[index];
      if (value === undefined) throw new RangeError(`${this.node?.op} has no ${what} ${index}`);
      return value;
    };
    const current = (): Node => {
      if (this.node === null) throw new Error("no operation is being differentiated");
      return this.node;
    };
    return {
      attributes: {},
      g: this.g,
      input: (index) => at(current().inputs, index, "input"),
      output: (index) => at(current().outputs, index, "output"),
      outputGrad: (index) => {
        const { op, outputs, scope } = current();
        const gradient = this.gradients[at(outputs, index, "output").id];
        if (gradient === undefined) throw new Error(`output ${index} of ${op} in ${scope.path} has no gradient`);
        return gradient;
      },
      needs: (index) => current().inputs[index]?.requiresGrad === true,
    };
  }

  /** Writes the operations of a checkpointed scope again and returns the repetitions, last first. */
  repeat(nodes: readonly Node[]): Node[] {
    this.repeats = true;
    const twin = new Map<number, Value>();
    const repeated: Node[] = [];
    for (const node of nodes) {
      const inputs = node.inputs.map((input) => twin.get(input.id) ?? input);
      const again = this.g.inPhase("recompute", node, node.scope, () => this.g.apply(node.op, inputs, node.attributes));
      node.outputs.forEach((output, i) => {
        const value = again.outputs[i];
        if (value === undefined) return;
        twin.set(output.id, value);
        const gradient = this.gradients[output.id];
        if (gradient !== undefined) this.gradients[value.id] = gradient;
      });
      repeated.push(again);
    }
    return repeated.reverse();
  }

  /** Ends each repetition at the last operation whose result somebody reads or that something with gradients precedes. */
  endRepetitions(): void {
    if (!this.repeats) return;
    const { nodes } = this.g;
    const read = new Set<number>();
    const differentiated = new Set<Node>();
    for (const node of nodes) {
      for (const input of node.inputs) if (node.phase === "backward") read.add(input.id);
      if (node.phase === "backward" && node.of !== null) differentiated.add(node.of);
    }
    const kept: Node[] = [];
    let ended = false;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      if (node === undefined) continue;
      if (node.phase !== "recompute") {
        ended = false;
      } else if (!ended) {
        if (!node.outputs.some((output) => read.has(output.id))) {
          // The last operation with a gradient is reached but its own result is not needed.
          ended = differentiated.has(node);
          continue;
        }
        ended = true;
      }
      kept.push(node);
    }
    nodes.length = 0;
    for (let i = kept.length - 1; i >= 0; i--) {
      const node = kept[i];
      if (node !== undefined) nodes.push(node);
    }
  }
}

function ruleOf(node: Node): GradientRule<OpType> {
  const rule = GRADIENT_RULES[node.op];
  if (rule === undefined) throw new Error(`${node.op} in ${node.scope.path} has no gradient rule`);
  // Sound: the table maps each operation to a rule for that very operation.
  return rule as unknown as GradientRule<OpType>;
}

/** The outermost checkpointed module around a place. */
function checkpointOf(scope: Scope): Scope | null {
  let found: Scope | null = null;
  for (let place: Scope | null = scope; place !== null; place = place.parent) if (place.checkpointed) found = place;
  return found;
}

function firstNodeOf(region: Scope, nodes: readonly Node[], last: number): number {
  let first = last;
  while (first > 0) {
    const before = nodes[first - 1];
    if (before === undefined || checkpointOf(before.scope) !== region) break;
    first--;
  }
  return first;
}
