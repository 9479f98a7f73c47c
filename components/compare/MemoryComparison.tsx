import { CATEGORY_COLORS } from "@/components/charts/category-colors";
import { Swatch } from "@/components/charts/Swatch";
import { percent } from "@/components/charts/scale";
import { bytesText, useByteUnit } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatBytes } from "@/lib/format";
import { bytesChange, type CategoryPair, categoryPairs } from "./differences";
import { PairTable } from "./PairTable";
import { SIDES, type Side } from "./sides";

/** What fills one GPU under each plan at its worst moment, on one scale. */
export function MemoryComparison({ a, b }: { a: Estimate; b: Estimate }) {
  const unit = useByteUnit();
  const pairs = categoryPairs(a, b);
  const [likelyA, likelyB] = [a.memory.deviceBytes.likely, b.memory.deviceBytes.likely];
  const whole = Math.max(a.memory.usableBytes, b.memory.usableBytes, likelyA, likelyB);
  return (
    <section aria-labelledby="memory-title" className="panel p-4 sm:p-6">
      <h3 id="memory-title" className="text-lg font-semibold tracking-tight">
        Memory of one GPU at the peak: {formatBytes(likelyA, unit)} and {formatBytes(likelyB, unit)}
      </h3>
      <div aria-hidden="true" className="mt-4 space-y-2">
        {SIDES.map((side) => (
          <Bar
            key={side}
            side={side}
            pairs={pairs}
            whole={whole}
            usableBytes={side === "a" ? a.memory.usableBytes : b.memory.usableBytes}
          />
        ))}
      </div>
      <p className="mt-1.5 text-xs text-muted">The line marks what a process can get of the card.</p>
      <PairTable
        caption="Memory at the peak by category"
        rows={[
          ...pairs.map((pair) => ({
            key: pair.id,
            label: (
              <span className="flex items-baseline gap-2.5">
                <Swatch color={colorOf(pair)} isHatched={pair.id === "outside"} />
                {pair.label}
              </span>
            ),
            a: bytesText(pair.a, unit),
            b: bytesText(pair.b, unit),
            change: bytesChange(pair.a, pair.b, unit),
          })),
          {
            key: "card",
            label: "On the card",
            a: formatBytes(likelyA, unit),
            b: formatBytes(likelyB, unit),
            change: bytesChange(likelyA, likelyB, unit),
            isTotal: true,
          },
        ]}
      />
    </section>
  );
}

function Bar({
  side,
  pairs,
  whole,
  usableBytes,
}: {
  side: Side;
  pairs: readonly CategoryPair[];
  whole: number;
  usableBytes: number;
}) {
  return (
    <div className="flex items-center gap-3">
      <span className="w-3 text-sm font-semibold">{side.toUpperCase()}</span>
      <div className="relative h-8 flex-1 rounded-md bg-sunken">
        <div className="flex h-full overflow-hidden rounded-md">
          {pairs.map((pair) => (
            <div
              key={pair.id}
              className={`h-full border-r border-panel ${pair.id === "outside" ? "hatched" : ""}`}
              style={{ width: percent(pair[side] / whole), backgroundColor: colorOf(pair) }}
            />
          ))}
        </div>
        <div
          className="absolute -inset-y-1 w-0.5 -translate-x-full bg-ink"
          style={{ left: percent(usableBytes / whole) }}
        />
      </div>
    </div>
  );
}

function colorOf({ id }: CategoryPair): string {
  return id === "outside" ? "var(--reserve)" : CATEGORY_COLORS[id];
}
