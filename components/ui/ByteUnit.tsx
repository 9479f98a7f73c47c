"use client";

import { createContext, type ReactNode, use, useState } from "react";
import { type ByteUnit, formatBytes } from "@/lib/format";
import { GB, GIB, MIB } from "@/lib/units";
import { UNIT_COOKIE, UNITS } from "./unit-cookie";

const ByteUnitContext = createContext<{ unit: ByteUnit; choose: (unit: ByteUnit) => void } | null>(null);

/** The unit every amount of memory below is shown in. Remembered in a cookie, so that the server draws it right the first time. */
export function ByteUnitProvider({ initial, children }: { initial: ByteUnit; children: ReactNode }) {
  const [unit, setUnit] = useState(initial);
  function choose(next: ByteUnit) {
    setUnit(next);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing from browsers people still use
    document.cookie = `${UNIT_COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`;
  }
  return <ByteUnitContext value={{ unit, choose }}>{children}</ByteUnitContext>;
}

export function useByteUnit(): ByteUnit {
  return useContextOrThrow().unit;
}

/** Below these, an amount is shown as less than them: what does not show in a sum is not worth eight digits. */
const LEAST_SHOWN = { GiB: 0.01 * GIB, GB: 0.01 * GB, MiB: MIB } as const satisfies Record<ByteUnit, number>;

/** An amount of memory in the unit that was chosen. */
export function Bytes({ value }: { value: number }) {
  const unit = useByteUnit();
  return <span className="whitespace-nowrap tabular-nums">{bytesText(value, unit)}</span>;
}

export function bytesText(value: number, unit: ByteUnit): string {
  const least = LEAST_SHOWN[unit];
  return value > 0 && value < least ? `< ${formatBytes(least, unit)}` : formatBytes(value, unit);
}

export function UnitSwitch() {
  const { unit, choose } = useContextOrThrow();
  return (
    <fieldset className="flex rounded-lg border border-edge p-0.5">
      <legend className="sr-only">Unit of memory</legend>
      {UNITS.map((choice) => (
        <label
          key={choice}
          className="relative rounded-md px-2 py-0.5 text-sm text-muted has-checked:bg-accent-soft has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="byte-unit"
            value={choice}
            checked={choice === unit}
            onChange={() => choose(choice)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {choice}
        </label>
      ))}
    </fieldset>
  );
}

function useContextOrThrow() {
  const context = use(ByteUnitContext);
  if (context === null) throw new Error("an amount of memory is drawn outside its unit");
  return context;
}
