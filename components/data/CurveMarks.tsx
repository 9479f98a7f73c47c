/** What lies over the learning curve: the pilot, the need, levels with their names, and the axis of sizes. */

import { percent } from "@/components/charts/scale";
import { formatCount } from "@/lib/format";
import type { CurvePlot, PilotMark } from "./curve-geometry";

export function BeyondLabel({ fraction, hasPilot }: { fraction: number; hasPilot: boolean }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 right-0 border-l border-dashed border-edge"
      style={{ left: percent(fraction) }}
    >
      <p className="absolute inset-x-0 top-1/3 text-center text-xs leading-tight text-muted">
        <span className="rounded-sm bg-panel/85 box-decoration-clone py-0.5 sm:px-1">
          {hasPilot ? <span className="max-sm:hidden">not predicted: </span> : "not predicted"}
          {hasPilot && "beyond 4 × the pilot"}
        </span>
      </p>
    </div>
  );
}

export function Level({ at, label, tone, side }: { at: number; label: string; tone: string; side: "left" | "right" }) {
  return (
    <div
      aria-hidden="true"
      className={`pointer-events-none absolute inset-x-0 border-t-2 border-dashed ${tone}`}
      style={{ bottom: percent(at) }}
    >
      <p
        className={`absolute inset-x-1 text-xs font-medium ${at > 0.9 ? "top-1" : "bottom-1"} ${side === "right" ? "text-right" : ""}`}
      >
        <span className="rounded-sm bg-panel/85 px-1 py-0.5">{label}</span>
      </p>
    </div>
  );
}

/** Where the target is reached: likely, and between which sizes. */
export function NeedBar({
  plot,
  need,
  at,
}: {
  plot: CurvePlot;
  need: { readonly low: number; readonly likely: number | null; readonly high: number | null };
  at: number;
}) {
  const place = (size: number) => Math.min(1, Math.max(0, plot.along(size)));
  const left = place(need.low);
  const right = need.high === null ? 1 : place(need.high);
  return (
    <div aria-hidden="true" className="pointer-events-none">
      <div
        className="absolute h-1.5 translate-y-1/2 rounded-full bg-fits opacity-70"
        style={{ left: percent(left), width: percent(Math.max(0, right - left)), bottom: percent(at) }}
      />
      {need.likely !== null && plot.along(need.likely) <= 1 && (
        <div
          className="absolute size-3.5 -translate-x-1/2 translate-y-1/2 rotate-45 border-2 border-panel bg-fits"
          style={{ left: percent(place(need.likely)), bottom: percent(at) }}
        />
      )}
    </div>
  );
}

export function Dot({ mark, plot }: { mark: PilotMark; plot: CurvePlot }) {
  const left = percent(plot.along(mark.size));
  return (
    <div aria-hidden="true" className="pointer-events-none">
      {mark.high > mark.low && (
        <div
          className="absolute w-0.5 -translate-x-1/2 bg-ink/60"
          style={{
            left,
            bottom: percent(plot.height(mark.low)),
            height: percent(plot.height(mark.high) - plot.height(mark.low)),
          }}
        />
      )}
      {mark.each.length > 1 &&
        mark.each.map((accuracy, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: equal accuracies are told apart by their place alone
            key={index}
            className="absolute size-1.5 -translate-x-1/2 translate-y-1/2 rounded-full bg-ink/60"
            style={{ left, bottom: percent(plot.height(accuracy)) }}
          />
        ))}
      <div
        className="absolute size-3 -translate-x-1/2 translate-y-1/2 rounded-full border-2 border-panel bg-ink"
        style={{ left, bottom: percent(plot.height(mark.mean)) }}
      />
    </div>
  );
}

export function SizeAxis({ plot, label }: { plot: CurvePlot; label: string }) {
  return (
    <div aria-hidden="true" className="relative h-10 text-xs text-muted tabular-nums">
      {plot.sizeTicks.map((size, index) => (
        <span
          key={size}
          className={`absolute top-1 ${index === 0 ? "" : "-translate-x-1/2"} ${plot.sizeTicks.length > 6 && index % 2 === 1 ? "max-sm:hidden" : ""}`}
          style={{ left: percent(plot.along(size)) }}
        >
          {formatCount(Number(size.toPrecision(3)))}
        </span>
      ))}
      <span className="absolute top-5 left-1/2 -translate-x-1/2 whitespace-nowrap">{label}</span>
    </div>
  );
}
