/**
 * Shows on this machine what checks that other programs disturbed do to later predictions:
 *   node scripts/run.mjs scripts/onnx/prove-calibration.ts [repeats]
 * The same checks run in peace and beside programs that keep every core busy; then other steps are timed in peace and
 * compared with what each set of checks predicts of them. The machine must be nobody else's meanwhile.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parsePlan } from "../../lib/plan/parse-plan";
import type { MeasuredValidation } from "../../lib/profile/calibrate";
import { isDisturbed } from "../../lib/profile/measured-load";
import { secondsAhead } from "../../lib/profile/predicted-seconds";
import { runValidation } from "../../lib/profile/runner/run-validation";
import type { ValidationRow } from "../../lib/profile/validation";
import { MILLISECOND } from "../../lib/units";
import { CONFIGURATIONS } from "./configurations";

/** Checks that calibrate, and steps that they predict. */
const CALIBRATING = ["small-vit-full-b8", "small-rn-full-b8", "small-vit-full-b2"];
const PREDICTED = ["small-vit-lora-b16", "small-rn-partial-b16", "small-vit-partial-b8", "small-rn-full-b16"];
/** A program that keeps a core busy ends by itself if this one cannot end it. */
const LONGEST_DISTURBANCE_SECONDS = 300;
const MOST_ATTEMPTS = 20;
const PAUSE_SECONDS = 2;

const repeats = Number(process.argv[2] ?? 3);

async function main(): Promise<void> {
  say(`${availableParallelism()} cores, ${repeats} repeats`);
  const calm = await checks(CALIBRATING, inPeace);
  const disturbed = await beside(() => checks(CALIBRATING));
  const steps = await checks(PREDICTED, inPeace);
  say("\nTimed for calibration, in peace and disturbed (of all cores taken by others)");
  for (const [index, name] of CALIBRATING.entries()) {
    say(`  ${name.padEnd(22)}${timedText(calm[index])}   ${timedText(disturbed[index])}`);
  }
  const sets: readonly (readonly [string, readonly MeasuredValidation[]])[] = [
    ["in peace", calm],
    ["in peace and disturbed", [...calm, ...disturbed]],
    ["the same, not watched", [...calm, ...disturbed.map(unwatched)]],
    ["disturbed", disturbed],
    ["disturbed, not watched", disturbed.map(unwatched)],
  ];
  for (const [name, earlier] of sets) {
    say(`\nPredicted from steps timed ${name}`);
    // Why nothing is predicted is the same for all.
    const texts = steps.map((step, index) => comparison(PREDICTED[index] ?? "", step, earlier));
    for (const text of new Set(texts)) say(`  ${text}`);
  }
}

/** One after the other, each a validation of one batch size. */
async function checks(names: readonly string[], how = check): Promise<MeasuredValidation[]> {
  const done: MeasuredValidation[] = [];
  for (const name of names) done.push(await how(name));
  return done;
}

/** Again where others disturbed it, or where it was too noisy to tell steps apart. */
async function inPeace(name: string): Promise<MeasuredValidation> {
  for (let attempt = 1; ; attempt++) {
    const validation = await check(name);
    const [row] = validation.rows;
    if (row?.measured.stepSeconds.kind === "measured" && !isDisturbed(row, "cpu")) return validation;
    if (attempt === MOST_ATTEMPTS)
      throw new Error(`${name} was disturbed ${attempt} times: this machine is not at peace`);
    await wait(PAUSE_SECONDS / MILLISECOND);
  }
}

async function check(name: string): Promise<MeasuredValidation> {
  const batchSize = Number(name.split("-b").at(-1));
  const found = CONFIGURATIONS.cpu?.find(
    (each) => name === `${each.name}-b${batchSize}` && each.plan.perDeviceBatchSize === batchSize,
  );
  if (found === undefined) throw new Error(`there is no configuration ${name}`);
  const parsed = parsePlan({ gpu: "a100-sxm4-80gb", ...found.plan });
  if (!parsed.ok) throw new Error(`${name} is refused`);
  const request = {
    plan: parsed.plan,
    device: "cpu",
    batchSizes: [batchSize],
    repeats,
    timeLimitSeconds: 300,
  } as const;
  const { result } = await runValidation(request, {
    signal: new AbortController().signal,
    program: "prove-calibration",
  });
  process.stderr.write(`${name}: ${timedText(result)}\n`);
  return { ...request, ...result };
}

/** Does it while as many programs as there are cores keep them busy. */
async function beside<T>(action: () => Promise<T>): Promise<T> {
  const program = `const end = Date.now() + ${LONGEST_DISTURBANCE_SECONDS / MILLISECOND}; while (Date.now() < end);`;
  const busy: ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", program], { stdio: "ignore" }),
  );
  try {
    return await action();
  } finally {
    for (const child of busy) child.kill("SIGKILL");
  }
}

/** As if nobody had looked what others took. */
function unwatched(validation: MeasuredValidation): MeasuredValidation {
  const rows = validation.rows.map(({ others: _others, ...row }): ValidationRow => row);
  return { ...validation, rows };
}

function timedText(validation: Pick<MeasuredValidation, "rows"> | undefined): string {
  const row = validation?.rows[0];
  const seconds = row?.measured.stepSeconds;
  if (seconds?.kind !== "measured") return `not measured: ${seconds?.why ?? "it was not run"}`;
  const share = row?.others?.cpuFraction;
  const others = share?.kind === "measured" ? `${(100 * share.value).toFixed(0)} %` : "unknown";
  return `${milliseconds(seconds.median)} (${others})`.padEnd(20);
}

function comparison(name: string, step: MeasuredValidation, earlier: readonly MeasuredValidation[]): string {
  const [row] = step.rows;
  const seconds = row?.measured.stepSeconds;
  if (row === undefined || seconds?.kind !== "measured" || row.load == null || step.machine === null) {
    return `${name}: not measured (${row?.reason ?? "it was not run"})`;
  }
  const { stepSeconds: ahead } = secondsAhead(step, step.machine, earlier).of(row.load, 0);
  if (ahead.kind === "not_predicted") return `nothing: ${ahead.why}`;
  const { value, low = value, high = value } = ahead;
  const off = `${value > seconds.median ? "+" : ""}${(100 * (value / seconds.median - 1)).toFixed(1)} %`;
  return `${name.padEnd(22)}${timedText(step)}predicted ${milliseconds(value)} (${milliseconds(low)} to ${milliseconds(high)}): ${off}`;
}

function milliseconds(seconds: number): string {
  return `${(seconds / MILLISECOND).toFixed(0)} ms`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
