"use client";

import { Answer } from "@/components/answer/Answer";
import { ByteUnitProvider, UnitSwitch } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";
import type { ByteUnit } from "@/lib/format";

/** A saved answer, with its numbers as they were. */
export function Snapshot({ estimate, initialUnit }: { estimate: Estimate; initialUnit: ByteUnit }) {
  return (
    <ByteUnitProvider initial={initialUnit}>
      <Answer estimate={estimate} actions={<UnitSwitch />} />
    </ByteUnitProvider>
  );
}
