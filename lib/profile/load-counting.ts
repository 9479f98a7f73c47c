import { loadBetween, type ModelLoad } from "../engine/onnxruntime/step-load";
import { parsePlan } from "../plan/parse-plan";
import { efficienciesOn } from "./assumed-rates";
import { stepLoadOf } from "./predict-seconds";
import { STEP_COUNTS } from "./request-limits";
import { stepGraph } from "./step-model";
import type { CountedLoad, Device } from "./validation";

/** Small models of both families. What they ask is not of interest, only whether today's count of it is that of another day. */
const REFERENCES = [
  {
    embed_dim: 16,
    vision_cfg: { image_size: 16, layers: 1, width: 16, patch_size: 8, head_width: 8 },
    text_cfg: { context_length: 8, vocab_size: 64, width: 16, heads: 2, layers: 1 },
  },
  {
    embed_dim: 16,
    vision_cfg: { image_size: 32, layers: [1, 1, 1, 1], width: 8, patch_size: null },
    text_cfg: { context_length: 8, vocab_size: 64, width: 16, heads: 2, layers: 1 },
  },
] as const;

const known = new Map<Device, string>();

/**
 * Names the way in which loads are counted on a device: another version that writes other nodes, or weighs them otherwise,
 * has another name. Loads of two ways do not belong into one calibration.
 */
export function loadCounting(device: Device): string {
  const name = known.get(device) ?? hashOf(JSON.stringify(REFERENCES.map((model) => referenceLoad(model, device))));
  known.set(device, name);
  return name;
}

/** The load of one step, from its two models that a validation runs. */
export function countedLoad([short, long]: readonly ModelLoad[], device: Device): CountedLoad {
  if (short === undefined || long === undefined) throw new RangeError("two models are compared");
  const [few, many] = STEP_COUNTS;
  const load = loadBetween(short, long, many - few, efficienciesOn(device));
  return { ...load, countedBy: loadCounting(device) };
}

/** The load that was kept with a measurement, if it was counted as today; else null. */
export function keptLoad(load: CountedLoad | null | undefined, device: Device): CountedLoad | null {
  return load?.countedBy === loadCounting(device) ? load : null;
}

function referenceLoad(model: (typeof REFERENCES)[number], device: Device) {
  const parsed = parsePlan({ model, precision: "fp32" });
  if (!parsed.ok) throw new Error(`the reference is refused: ${JSON.stringify(parsed.issues)}`);
  return stepLoadOf(stepGraph(parsed), { batchSize: 2, precision: "fp32", device });
}

/** FNV-1a, 32 bit. Source: RFC 9923 §2. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
