"use client";

import type { Measured } from "./measured";

/** Takes measurements out of the figures and back in, or forgets them. */
export function MeasuredSwitch({
  measured,
  onChange,
}: {
  measured: Measured;
  onChange: (measured: Measured | null) => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={measured.isOn}
          onChange={(event) => onChange({ ...measured, isOn: event.target.checked })}
        />
        Use these measurements
      </label>
      <button type="button" className="link" onClick={() => onChange(null)}>
        Remove them
      </button>
    </div>
  );
}
