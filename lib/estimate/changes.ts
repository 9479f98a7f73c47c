import type { ParsedPlan } from "../plan/parse-plan";
import { parsePlan } from "../plan/parse-plan";
import type { Optimizer, Plan, Strategy } from "../plan/plan";
import { type DeviceMemory, deviceMemory } from "./device-memory";
import type { Change } from "./estimate";
import { cardOf, planStep, type ResolvedPlan } from "./lowering";
import { verdictOf } from "./memory";
import { estimateTime, workOf } from "./time/time";

interface Candidate {
  readonly id: string;
  readonly label: string;
  readonly set: Partial<Plan>;
  readonly note: string;
}

/** Savings below this part of what is used change nobody's mind. */
const WORTH_SAYING = 0.005;

/**
 * Single changes of a plan with the memory each would leave, the one that saves most first. Each is a plan of its own,
 * estimated in full; changes that the model or the card does not allow are left out.
 */
export function changesThatHelp(resolved: ResolvedPlan): readonly Change[] {
  const { memory, totalSeconds } = figuresOf(resolved);
  const now = memory.deviceBytes;
  return candidates(resolved, memory.largestBatchSize(resolved.gpu.usableBytes))
    .flatMap((candidate) => {
      const changed = applied(resolved, candidate);
      if (changed === null) return [];
      const after = figuresOf(changed);
      const { deviceBytes } = after.memory;
      const timeChange =
        totalSeconds === null || after.totalSeconds === null ? null : after.totalSeconds / totalSeconds - 1;
      const savedBytes = now.high - deviceBytes.high;
      const verdict = verdictOf(deviceBytes, resolved.gpu.usableBytes);
      return savedBytes >= WORTH_SAYING * now.high
        ? [{ ...candidate, deviceBytes, savedBytes, verdict, timeChange }]
        : [];
    })
    .sort((a, b) => b.savedBytes - a.savedBytes);
}

function applied(resolved: ResolvedPlan, { set }: Candidate): ParsedPlan | null {
  const parsed = parsePlan({ ...resolved.plan, ...set });
  if (!parsed.ok) return null;
  // The card may have been measured, which its name does not say.
  return parsed.gpu.id === resolved.gpu.id ? { ...parsed, gpu: resolved.gpu } : parsed;
}

interface Figures {
  readonly memory: DeviceMemory;
  /** The whole run; null where no time is known. */
  readonly totalSeconds: number | null;
}

function figuresOf(resolved: ResolvedPlan): Figures {
  const { plan, architecture, gpu } = resolved;
  const planned = planStep(resolved, cardOf(gpu));
  const answer = estimateTime(workOf(planned, plan), plan, architecture, gpu);
  return {
    memory: deviceMemory(resolved, planned.lowered),
    totalSeconds: answer.kind === "estimated" ? answer.time.totalSeconds.likely : null,
  };
}

function candidates({ plan, gpu }: ResolvedPlan, largestBatchSize: number): Candidate[] {
  return [
    ...precisionCandidates(plan, gpu.bf16),
    ...(plan.gradCheckpointing
      ? []
      : [
          {
            id: "checkpointing",
            label: "Recompute activations (gradient checkpointing)",
            set: { gradCheckpointing: true },
            note: "Each block runs forward twice; the result is the same.",
          },
        ]),
    ...optimizerCandidates(plan.optimizer),
    ...strategyCandidates(plan),
    ...batchCandidates(plan, largestBatchSize),
  ];
}

function precisionCandidates(plan: Plan, hasBf16: boolean): Candidate[] {
  if (plan.precision !== "fp32") return [];
  return [
    hasBf16
      ? {
          id: "precision",
          label: "Mixed precision, bf16",
          set: { precision: "amp_bf16" },
          note: "Weights stay fp32; matrix work runs in bf16.",
        }
      : {
          id: "precision",
          label: "Mixed precision, fp16",
          set: { precision: "amp" },
          note: "Weights stay fp32; the loss is scaled.",
        },
  ];
}

function optimizerCandidates(optimizer: Optimizer): Candidate[] {
  const fused = {
    id: "adamw_fused",
    label: "Fused AdamW",
    set: { optimizer: "adamw_fused" },
    note: "The same update without a temporary copy.",
  } as const;
  const eightBit = {
    id: "adamw_8bit",
    label: "8-bit AdamW",
    set: { optimizer: "adamw_8bit" },
    note: "Needs bitsandbytes; moments in 8 bits.",
  } as const;
  if (optimizer === "adamw") return [fused, eightBit];
  return optimizer === "adamw_fused" ? [eightBit] : [];
}

const STRATEGIES: readonly { readonly strategy: Strategy; readonly label: string; readonly note: string }[] = [
  {
    strategy: { kind: "lora", rank: 8, targets: ["q_proj", "v_proj"] },
    label: "LoRA, rank 8 on q and v",
    note: "Trains under 1 % of the weights; gradients still pass through all blocks.",
  },
  {
    strategy: { kind: "partial", unlockedBlocks: 2 },
    label: "Train the last 2 blocks",
    note: "Nothing is kept for the blocks before them.",
  },
  {
    strategy: { kind: "linear_probe" },
    label: "Linear probe",
    note: "Only a classifier trains; features stay as they are.",
  },
];

function strategyCandidates(plan: Plan): Candidate[] {
  if (plan.strategy.kind !== "full") return [];
  return STRATEGIES.map(({ strategy, label, note }) => ({ id: strategy.kind, label, set: { strategy }, note }));
}

/** Half the batch, and the largest one that fits where the plan's does not. */
function batchCandidates(plan: Plan, largest: number): Candidate[] {
  const { perDeviceBatchSize: batch, gradAccumulationSteps } = plan;
  if (batch === 1) return [];
  const contrastive = plan.strategy.kind !== "linear_probe" && plan.strategy.kind !== "prompt";
  const note = contrastive
    ? "Fewer negatives per example; accumulating gradients does not bring them back."
    : "The same epoch in more steps.";
  const half = Math.floor(batch / 2);
  const sizes = new Set([half, ...(largest > 0 && largest < batch ? [largest] : [])]);
  return [...sizes].map((size) => ({
    id: size === half ? "half_batch" : "largest_batch",
    label: size === half ? `Half the batch: ${size} per device` : `The largest batch that fits: ${size} per device`,
    set: { perDeviceBatchSize: size, gradAccumulationSteps },
    note,
  }));
}
