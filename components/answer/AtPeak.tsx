"use client";

import { ChevronRight } from "lucide-react";
import { CATEGORY_COLORS } from "@/components/charts/category-colors";
import { Swatch } from "@/components/charts/Swatch";
import { percent } from "@/components/charts/scale";
import { Bytes, useByteUnit } from "@/components/ui/ByteUnit";
import type { CategoryAtPeak, Estimate, Interval, PeakTensors } from "@/lib/estimate/estimate";
import { formatBytes, formatBytesNumber, formatCount, formatPercent, formatShape } from "@/lib/format";
import { largestAtPeak } from "./words";

/** What fills the card at the worst moment: tensors by category, the allocator's cache, the context, and what is free. */
export function AtPeak({ estimate }: { estimate: Estimate }) {
  const { memory } = estimate;
  const { allocatedPeakBytes: allocated, reservedPeakBytes: reserved, deviceBytes: device, usableBytes } = memory;
  const cacheBytes = Math.max(0, reserved.likely - allocated.likely);
  const contextBytes = Math.max(0, device.likely - reserved.likely);
  const freeBytes = Math.max(0, usableBytes - device.likely);
  const whole = Math.max(usableBytes, device.high);
  const largest = largestAtPeak(memory);
  const rows = memory.atPeak.filter((category) => category.bytes > 0);
  return (
    <section aria-labelledby="peak-title" className="panel p-4 sm:p-6">
      <h3 id="peak-title" className="text-lg font-semibold tracking-tight">
        At the peak, {formatPercent(largest.fraction)} of what is allocated is {largest.label}
      </h3>
      <p className="mt-0.5 text-sm text-muted">
        The whole card at the worst moment. Open a row to see its largest tensors.
      </p>

      <div aria-hidden="true" className="relative mt-4 flex h-9 overflow-hidden rounded-md bg-sunken">
        {rows.map((category) => (
          <div
            key={category.id}
            className="h-full border-r border-panel"
            style={{ width: percent(category.bytes / whole), backgroundColor: CATEGORY_COLORS[category.id] }}
          />
        ))}
        <div
          className="hatched h-full"
          style={{ width: percent((cacheBytes + contextBytes) / whole), backgroundColor: "var(--reserve)" }}
        />
        {usableBytes < whole && (
          <div className="absolute inset-y-0 border-l-2 border-over" style={{ left: percent(usableBytes / whole) }} />
        )}
      </div>

      <div className="mt-3 divide-y divide-line border-b border-line">
        {rows.map((category) => (
          <CategoryRow key={category.id} category={category} allocated={allocated.likely} />
        ))}
        <PlainRow label="Held by the allocator, not in use" bytes={cacheBytes} isHatched />
        <PlainRow label="CUDA context and libraries" bytes={contextBytes} isHatched />
        <PlainRow label="Free" bytes={freeBytes} />
      </div>

      <dl className="mt-4 grid gap-x-5 gap-y-3 text-sm sm:grid-cols-3 xl:grid-cols-1 2xl:grid-cols-3">
        <Level name="Allocated" tool="torch.cuda.max_memory_allocated" interval={allocated} />
        <Level name="Reserved" tool="torch.cuda.max_memory_reserved" interval={reserved} />
        <Level name="On the card" tool="nvidia-smi" interval={device} />
      </dl>
      <Baseline estimate={estimate} />
    </section>
  );
}

function CategoryRow({ category, allocated }: { category: CategoryAtPeak; allocated: number }) {
  return (
    <details className="group">
      <summary className="flex items-center gap-2.5 py-1.5 text-sm hover:bg-sunken">
        <ChevronRight
          aria-hidden="true"
          className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <Swatch color={CATEGORY_COLORS[category.id]} />
        <span className="min-w-0 flex-1">{category.label}</span>
        <span className="text-muted tabular-nums max-sm:hidden">
          {formatCount(category.tensorCount)} {category.tensorCount === 1 ? "tensor" : "tensors"}
        </span>
        <span className="w-14 text-right whitespace-nowrap text-muted tabular-nums">
          {shareText(allocated > 0 ? category.bytes / allocated : 0)}
        </span>
        <span className="w-20 text-right font-medium sm:w-24">
          <Bytes value={category.bytes} />
        </span>
      </summary>
      <ul className="mb-3 ml-6 space-y-2.5 border-l border-line pl-4 text-sm">
        {category.largest.map((tensors) => (
          <TensorsItem
            key={`${tensors.label} ${tensors.scope} ${tensors.shape.join("x")} ${tensors.dtype}`}
            tensors={tensors}
          />
        ))}
      </ul>
    </details>
  );
}

function shareText(fraction: number): string {
  return fraction > 0 && fraction < 0.001 ? `< ${formatPercent(0.001)}` : formatPercent(fraction);
}

function TensorsItem({ tensors }: { tensors: PeakTensors }) {
  return (
    <li>
      <div className="flex items-baseline justify-between gap-4">
        <span className="min-w-0 font-medium">{tensors.label}</span>
        <Bytes value={tensors.bytes} />
      </div>
      <p className="break-words text-muted">
        <code className="text-xs">
          {formatCount(tensors.count)} × {formatShape(tensors.shape)} {tensors.dtype}
        </code>{" "}
        · {tensors.operation} · <code className="text-xs">{tensors.scope}</code>
      </p>
      <p className="text-muted">Alive because {tensors.reason}</p>
    </li>
  );
}

function PlainRow({ label, bytes, isHatched = false }: { label: string; bytes: number; isHatched?: boolean }) {
  return (
    <p className="flex items-center gap-2.5 py-1.5 pl-6.5 text-sm">
      <Swatch color={isHatched ? "var(--reserve)" : "var(--sunken)"} isHatched={isHatched} />
      <span className="min-w-0 flex-1">{label}</span>
      <span className="w-20 text-right font-medium sm:w-24">
        <Bytes value={bytes} />
      </span>
    </p>
  );
}

function Level({ name, tool, interval }: { name: string; tool: string; interval: Interval }) {
  const unit = useByteUnit();
  return (
    <div>
      <dt className="text-muted">
        {name} <code className="block text-xs break-words">{tool}</code>
      </dt>
      <dd className="mt-0.5">
        <strong className="font-semibold">{formatBytes(interval.likely, unit)}</strong>{" "}
        <span className="text-muted">
          ({formatBytesNumber(interval.low, unit)}–{formatBytesNumber(interval.high, unit)})
        </span>
        {interval.reason !== undefined && (
          <span className="block text-[0.8125rem] text-muted">Range: {interval.reason}.</span>
        )}
      </dd>
    </div>
  );
}

/** The rule people know, beside our figure. */
function Baseline({ estimate }: { estimate: Estimate }) {
  const unit = useByteUnit();
  const { chapterBaseline, deviceBytes } = estimate.memory;
  return (
    <p className="mt-4 rounded-lg bg-sunken px-3.5 py-2.5 text-sm">
      {chapterBaseline.bytes === null
        ? "The chapter's rule has no answer for this plan. "
        : `The chapter's rule gives ${formatBytes(chapterBaseline.bytes, unit)} where we find ${formatBytes(deviceBytes.likely, unit)}. `}
      <span className="text-muted">{chapterBaseline.note}</span>
    </p>
  );
}
