import type { Scope, Value } from "../../graph/ir";
import type { PhysicalDtype, Storage } from "../tape";
import type { Context } from "./context";

/**
 * Brings the model to the card as libraries do: built in fp32 in the order of its modules, adapters put in
 * afterwards, and converted last when everything is to be bf16. The order decides which blocks the weights come to
 * lie in, and so a part of what the allocator reserves.
 *
 * @returns the storages of parameters and buffers
 */
export function loadModel(context: Context): readonly Storage[] {
  const { graph } = context;
  const later = new Set(graph.parameters.filter(isAddedLater));
  const built = inOrderOfModules(
    context,
    graph.parameters.filter((value) => !later.has(value)),
  );
  const isConverted = context.settings.precision === "bf16";
  const firstType = isConverted ? "float32" : undefined;
  const place = (value: Value) => placeLeaf(context, value, "weights", "weight", firstType);
  const replaced = new Map<Scope, Storage[]>();
  for (const value of built) {
    const module = replacingModule(value);
    if (module === null) place(value);
    else replaced.set(module, [...(replaced.get(module) ?? []), ...packedBefore(context, value)]);
  }
  for (const value of graph.buffers) {
    placeLeaf(context, value, "weights", "buffer", isConverted && value.dtype === "bfloat16" ? "float32" : undefined);
  }
  replaceAttention(context, replaced, later, place);
  for (const value of later) if (replacingModule(value) === null) place(value);
  if (isConverted) for (const value of [...built, ...later, ...graph.buffers]) convert(context, value);
  return [...graph.parameters, ...graph.buffers].map((value) => context.storage(value));
}

/** Block by block, text first: separate projections with their adapters are made, then the packed one goes. */
function replaceAttention(
  context: Context,
  replaced: ReadonlyMap<Scope, readonly Storage[]>,
  later: ReadonlySet<Value>,
  place: (value: Value) => void,
): void {
  const isText = (module: Scope) => module.path.startsWith("text");
  const modules = [...replaced.keys()];
  const own = new Map<Scope, Value[]>();
  for (const value of context.graph.parameters) {
    const module = replacingModule(value);
    if (module !== null) own.set(module, [...(own.get(module) ?? []), value]);
  }
  for (const module of [...modules.filter(isText), ...modules.filter((other) => !isText(other))]) {
    const values = own.get(module) ?? [];
    for (const value of values) if (!later.has(value)) place(value);
    for (const value of values) if (later.has(value)) place(value);
    for (const storage of replaced.get(module) ?? []) context.tape.release(storage);
  }
}

export function placeLeaf(
  context: Context,
  value: Value,
  purpose: Storage["purpose"],
  what: string,
  dtype?: PhysicalDtype,
): Storage {
  const stored = dtype ?? value.dtype;
  const storage = context.tape.alloc(value.shape, stored, purpose, what, value.scope, value.scope.path);
  context.place(value, storage, stored);
  return storage;
}

function convert(context: Context, value: Value): void {
  const before = context.storage(value);
  if (value.dtype === before.dtype) return;
  placeLeaf(context, value, "weights", before.what);
  context.tape.release(before);
}

/** transformers builds the text tower first and both projections last; open_clip builds the image tower first. */
function inOrderOfModules(context: Context, parameters: readonly Value[]): readonly Value[] {
  const rank = ({ name }: Value) => {
    if (name === "logit_scale" || name === "logit_bias") return 4;
    if (context.settings.implementation === "open_clip") return 0;
    if (name.startsWith("text.text_projection")) return 3;
    if (name.startsWith("visual.proj")) return 2;
    return name.startsWith("text") ? 0 : 1;
  };
  const byRank: Value[][] = [[], [], [], [], []];
  for (const value of parameters) byRank[rank(value)]?.push(value);
  return byRank.flat();
}

/** What strategies add to a finished model: adapters beside layers, a linear head, the context of prompts. */
function isAddedLater({ scope, name }: Value): boolean {
  if (scope.module === "LoraLinear" || scope.path === "head") return true;
  return scope.path === "text" && name === "text.prompt_context";
}

/** The attention module in which separate projections take the place of a packed one when LoRA is put in. */
function replacingModule(value: Value): Scope | null {
  for (let scope: Scope | null = value.scope; scope !== null; scope = scope.parent) {
    if (scope.module === "SeparateAttention") return scope;
  }
  return null;
}

/** The packed projection that a block had before: made where the first of the separate ones would stand. */
function packedBefore(context: Context, value: Value): Storage[] {
  const width = value.shape.at(-1) ?? 1;
  const make = (shape: readonly number[]) =>
    context.tape.alloc(shape, "float32", "weights", "replaced projection", value.scope);
  if (value.name.endsWith("q_proj.weight") || value.name.endsWith("q_proj.base.weight"))
    return [make([3 * width, width]), make([3 * width])];
  if (value.name.endsWith("out_proj.weight") || value.name.endsWith("out_proj.base.weight"))
    return [make([width, width]), make([width])];
  return [];
}
