/** What to mind of measurements that a calibration rests on, and of those that it leaves out. */

import { formatCount, formatPercent } from "../format";
import type { MeasuredValidation } from "./calibrate";
import { type DeviceKey, deviceKeyOf, isSameDevice, isSameKind } from "./device-key";
import { isDisturbed } from "./measured-load";
import { CALM_FRACTION } from "./seconds-remark";
import type { Machine, ValidationRow } from "./validation";

/** Each completes a list: "3 steps were timed while other programs took more than 10 % of the CPU, and are left out". */
export function calibrationNotes(
  own: readonly MeasuredValidation[],
  all: readonly MeasuredValidation[],
  key: DeviceKey,
  now: Machine | null,
): string[] {
  return [...disturbedNote(own), ...elsewhereNotes(all, key), ...machinesNote(own), ...versionNotes(own, key, now)];
}

/** Steps that were timed while others kept the machine busy. */
export function disturbedNote(own: readonly MeasuredValidation[]): string[] {
  const count = own.flatMap(({ rows, device }) => rows.filter((row) => isDisturbed(row, device))).length;
  if (count === 0) return [];
  const limit = formatPercent(CALM_FRACTION);
  return [
    `${stepsWere(count)} timed while other programs took more than ${limit} of the CPU, and ${are(count)} left out`,
  ];
}

/** Steps of another device of the same kind, which a name alone would not tell from this one. */
export function elsewhereNotes(all: readonly MeasuredValidation[], key: DeviceKey): string[] {
  const alike = all.filter((validation) => {
    const other = deviceKeyOf(validation);
    return other !== null && isSameKind(other, key) && !isSameDevice(other, key);
  });
  const what = key.device === "cuda" ? "card" : "machine";
  const isUnknown = (validation: MeasuredValidation) => deviceKeyOf(validation)?.identity === null;
  const [unknown, others] = [alike.filter(isUnknown), alike.filter((validation) => !isUnknown(validation))];
  return [
    ...note(timedCount(others), `on another ${what} of the same kind`),
    ...note(timedCount(unknown), `on a ${what} of the same kind that is not known to be this one`),
  ];
}

function note(count: number, where: string): string[] {
  return count === 0 ? [] : [`${stepsWere(count)} timed ${where}, and ${are(count)} left out`];
}

/** Measurements that were chosen by hand may be of several devices of a kind. */
function machinesNote(own: readonly MeasuredValidation[]): string[] {
  const identities = new Set(own.filter(isTimed).map((validation) => deviceKeyOf(validation)?.identity ?? null));
  return identities.size < 2 ? [] : [`the measurements come from ${identities.size} different devices of this kind`];
}

/** Another version of the runtime or of the driver may be quicker or slower. */
function versionNotes(own: readonly MeasuredValidation[], key: DeviceKey, now: Machine | null): string[] {
  const timed = own.filter(isTimed);
  const today = now ?? timed[0]?.machine ?? null;
  if (today === null) return [];
  return VERSIONS.filter(({ device }) => device === null || device === key.device).flatMap(({ name, of }) => {
    const version = of(today);
    const others = timed.filter(({ machine }) => machine !== null && of(machine) !== version);
    const count = timedCount(others);
    if (version === null || count === 0) return [];
    const found = [...new Set(others.flatMap(({ machine }) => (machine === null ? [] : (of(machine) ?? "unknown"))))];
    return [`${stepsWere(count)} timed with ${name} ${found.join(" and ")}, and ${name} is ${version} now`];
  });
}

const VERSIONS = [
  { name: "onnxruntime-node", device: null, of: ({ versions }: Machine) => versions.onnxruntime },
  { name: "the driver", device: "cuda", of: ({ gpu }: Machine) => gpu?.driverVersion ?? null },
] as const;

function isTimed({ rows }: MeasuredValidation): boolean {
  return rows.some(isTimedRow);
}

function timedCount(validations: readonly MeasuredValidation[]): number {
  return validations.flatMap(({ rows }) => rows.filter(isTimedRow)).length;
}

function isTimedRow({ measured }: ValidationRow): boolean {
  return measured.stepSeconds.kind === "measured";
}

function stepsWere(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "step was" : "steps were"}`;
}

function are(count: number): string {
  return count === 1 ? "is" : "are";
}
