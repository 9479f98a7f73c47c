"use client";

import { createContext, type ReactNode, use, useState } from "react";
import { type ByteUnit, formatBytes } from "@/lib/format";
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

/** An amount of memory in the unit that was chosen. */
export function Bytes({ value }: { value: number }) {
  return <span className="whitespace-nowrap tabular-nums">{formatBytes(value, useByteUnit())}</span>;
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
