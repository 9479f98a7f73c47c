/** `headroom doctor`: can a validation run on this machine's GPU, and if not, what is missing? */

import path from "node:path";
import { type Diagnosis, diagnose, type Finding, type Surroundings, TRIAL_LIMITS } from "../profile/runner/diagnose";
import { systemSearch } from "../profile/runner/find-library";
import { readGpu } from "../profile/runner/nvidia-smi";
import { runWorker } from "../profile/runner/run-worker";
import type { Console } from "./console";
import { EXIT } from "./exit";
import { type Flag, flagHelp, readArguments } from "./flags";
import { issueLine } from "./plan-flags";

const FLAGS = [
  { name: "json", kind: "switch", help: "print JSON instead of text" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

export function doctorCommand(argv: readonly string[], console: Console): Promise<number> {
  return doctorWith(argv, console, thisMachine(console.interruption()));
}

/** @param surroundings what is asked of the machine */
export async function doctorWith(
  argv: readonly string[],
  console: Console,
  surroundings: Surroundings,
): Promise<number> {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(
      `Usage: headroom doctor [flags]\n\nSays whether a validation can run on this machine's GPU, and what is missing.\n\n${flagHelp(FLAGS)}`,
    );
    return EXIT.done;
  }
  if (issues.length > 0 || operands.length > 0) {
    const said = [...issues.map(issueLine), ...operands.map((operand) => `${operand} is not expected here`)];
    await console.error(said.map((line) => `headroom: ${line}\n`).join(""));
    return EXIT.badInput;
  }
  const diagnosis = await diagnose(surroundings);
  await console.write(values.get("json") === true ? `${JSON.stringify(diagnosis)}\n` : diagnosisText(diagnosis));
  return diagnosis.canRun ? EXIT.done : EXIT.noGpuRun;
}

function thisMachine(signal: AbortSignal): Surroundings {
  const platform = `${process.platform}-${process.arch}`;
  return {
    platform,
    runtimeFolder: runtimeFolder(),
    search: systemSearch(process.env.LD_LIBRARY_PATH ?? ""),
    readGpu,
    run: (job) => runWorker(job, { ...TRIAL_LIMITS, signal }),
  };
}

/** Programs start this one with the project's folder as the working directory. */
function runtimeFolder(): string {
  const runtime = process.env.HEADROOM_ONNXRUNTIME ?? "node_modules/onnxruntime-node";
  return path.resolve(runtime, "bin/napi-v6", process.platform, process.arch);
}

const MARKS: Readonly<Record<Finding["state"], string>> = {
  ok: "found",
  missing: "missing",
  mismatch: "does not match",
  not_checked: "not checked",
};

function diagnosisText({ findings, canRun }: Diagnosis): string {
  const lines = findings.flatMap(({ label, state, says, wayOut }) => [
    `${label}: ${MARKS[state]}\n  ${says}\n`,
    ...(wayOut === null ? [] : [`  → ${wayOut}\n`]),
  ]);
  const verdict = canRun
    ? "Validations can run on this GPU."
    : "Validations cannot run on a GPU here. On the CPU they can: headroom validate --device cpu.";
  return `${lines.join("")}\n${verdict}\n`;
}
