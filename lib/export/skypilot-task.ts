/**
 * A SkyPilot task that rents the plan's GPUs and trains on them: with open_clip's program where it can run the plan, else
 * with the script for transformers, which the task carries in itself.
 */

import { stringify } from "yaml";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Export } from "./exported";
import { huggingFaceScript, SCRIPT_FILE_NAME, scriptPackages } from "./hugging-face-script";
import { OPEN_CLIP_PACKAGES, openClipCommand, openClipCommands } from "./open-clip-command";
import { planFacts } from "./plan-facts";
import { machinesFor } from "./recipe";
import { shellWord } from "./shell-words";
import { isAmbiguous, skyPilotAccelerators } from "./skypilot-accelerators";

interface Work {
  readonly packages: readonly string[];
  readonly setup: string;
  readonly run: readonly string[];
  readonly notes: readonly string[];
}

/** Tells every process where it runs; SkyPilot sets the variables. */
const PLACE = [
  '--nnodes "$SKYPILOT_NUM_NODES"',
  '--nproc-per-node "$SKYPILOT_NUM_GPUS_PER_NODE"',
  '--node-rank "$SKYPILOT_NODE_RANK"',
  '--master-addr "$(echo "$SKYPILOT_NODE_IPS" | head -n 1)"',
  "--master-port 29500",
] as const;

export function skyPilotTask(parsed: ParsedPlan): Export {
  const format = "skypilot";
  const { plan, gpu, architecture } = parsed;
  const accelerators = skyPilotAccelerators(gpu.id);
  const work = workOf(parsed);
  const reasons = [
    ...(accelerators === null
      ? [
          `SkyPilot has no accelerator name for ${gpu.name}; choose a card that clouds rent, or run the training yourself`,
        ]
      : []),
    ...(work.ok ? [] : work.reasons),
  ];
  if (accelerators === null || !work.ok) return { ok: false, format, reasons, instead: insteadOf(parsed) };
  const { count, devicesEach } = machinesFor(plan.deviceCount);
  const requests = accelerators.map((name) => `${name}:${devicesEach}`);
  const [only] = requests;
  const notes = [
    ...work.work.notes,
    ...(accelerators.some(isAmbiguous)
      ? [
          `SkyPilot's ${accelerators.filter(isAmbiguous).join(" and ")} may be another form of the card than ${gpu.name}.`,
        ]
      : []),
    "The data lies beside the task: workdir is copied to the machines. Put large data into a bucket and mount it.",
  ];
  const task = {
    name: taskName(architecture.name),
    resources: { accelerators: requests.length === 1 ? only : requests },
    num_nodes: count,
    workdir: ".",
    setup: `${installation(work.work.packages)}\n${work.work.setup}`,
    run: `${work.work.run.join("\n")}\n`,
  };
  const head = [...planFacts(plan, architecture.name), ...notes].map((fact) => `# ${fact}\n`).join("");
  // Lines are kept as they are: a command folded over lines would be another one.
  const text = `# Trains on rented GPUs as planned with Headroom: sky launch headroom-task.yaml\n${head}${stringify(task, { lineWidth: 0 })}`;
  return { ok: true, format, fileName: "headroom-task.yaml", mediaType: "application/yaml", text, notes };
}

type WorkResult =
  | { readonly ok: true; readonly work: Work }
  | { readonly ok: false; readonly reasons: readonly string[] };

function workOf(parsed: ParsedPlan): WorkResult {
  const command = parsed.plan.implementation === "open_clip" ? openClipCommand(parsed) : null;
  if (command?.ok === true) {
    const work = {
      packages: OPEN_CLIP_PACKAGES,
      setup: "",
      run: openClipCommands(parsed, PLACE),
      notes: command.notes,
    };
    return { ok: true, work };
  }
  const script = huggingFaceScript(parsed);
  if (!script.ok) return { ok: false, reasons: [...(command?.reasons ?? []), ...script.reasons] };
  const work = {
    packages: scriptPackages(parsed.plan),
    // Written by the task itself, so that it can be launched from anywhere.
    setup: `cat > ${SCRIPT_FILE_NAME} <<'END_OF_SCRIPT'\n${script.text}END_OF_SCRIPT\n`,
    run: [`torchrun ${PLACE.join(" ")} ${SCRIPT_FILE_NAME} --train-data train.csv`],
    notes: [...(command?.reasons ?? []), ...script.notes],
  };
  return { ok: true, work };
}

function insteadOf(parsed: ParsedPlan): "open_clip" | "huggingface" | null {
  if (openClipCommand(parsed).ok) return "open_clip";
  return huggingFaceScript(parsed).ok ? "huggingface" : null;
}

function installation(packages: readonly string[]): string {
  return `pip install ${packages.map(shellWord).join(" ")}`;
}

/** SkyPilot's names hold small letters, digits and dashes. */
function taskName(modelName: string): string {
  const name = modelName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `headroom-${name}`.slice(0, 50).replace(/-$/, "");
}
