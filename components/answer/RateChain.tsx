import { percent } from "@/components/charts/scale";
import { type FigureStatus, StatusBadge } from "@/components/ui/StatusBadge";
import type { RateLimit, TimeEstimate, TimeLimit } from "@/lib/estimate/time/time-estimate";
import { formatFigure, formatPercent } from "@/lib/format";

const NOTES = {
  gpu: "its kernels on a roofline of matrix rate and bandwidth",
  host: "the time a processor needs for each kernel; yours may be several times faster or slower",
  loader: "decoding and cropping by the workers, a core for each",
  storage: "files from the disk or the network, at the rate that you gave or that of a local disk",
  transfer: "images and tokens over PCI Express",
  communication: "gradients and features between the GPUs, at a part of the link's rate",
} as const satisfies Record<TimeLimit, string>;

/** Every link that samples pass through: what it could do, and how busy it is at the pace of the run. */
export function RateChain({
  time,
  isCalibrated,
}: {
  time: TimeEstimate /** Whether the GPU's rates were measured. */;
  isCalibrated: boolean;
}) {
  return (
    <div className="mt-5 xl:mt-3.5">
      <h4 className="font-medium">{time.limit}</h4>
      <table className="mt-2 w-full text-sm">
        <caption className="pb-1 text-left text-muted">
          The chain that samples pass through, slowest first, and how busy each link is
        </caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Link</th>
            <th scope="col">Busy</th>
            <th scope="col">Could do</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {time.rates.map((rate) => (
            <Link
              key={rate.id}
              rate={rate}
              status={rate.id === "gpu" && isCalibrated ? "calibrated" : rate.status}
              isLimit={rate.id === time.limitedBy}
              busy={busyShare(rate, time)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Link({
  rate,
  status,
  isLimit,
  busy,
}: {
  rate: RateLimit;
  status: FigureStatus | undefined;
  isLimit: boolean;
  busy: number;
}) {
  return (
    <tr>
      <th scope="row" className="py-1.5 text-left font-normal">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className={`first-letter:uppercase ${isLimit ? "font-semibold" : ""}`}>{rate.label}</span>
          {isLimit && (
            <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium whitespace-nowrap">
              limits the run
            </span>
          )}
          {status !== undefined && <StatusBadge status={status} />}
        </span>
        <span className="block text-[0.8125rem] text-muted">{NOTES[rate.id]}</span>
      </th>
      <td className="w-28 py-1.5 pl-3 align-top max-sm:hidden">
        <span aria-hidden="true" className="mt-1.5 block h-2 overflow-hidden rounded-full bg-sunken">
          <span
            className={`block h-full rounded-full ${isLimit ? "bg-accent" : "bg-edge"}`}
            style={{ width: percent(busy) }}
          />
        </span>
        <span className="text-xs text-muted">{formatPercent(busy)} busy</span>
      </td>
      <td className="py-1.5 pl-3 text-right align-top font-medium whitespace-nowrap">
        {formatFigure(rate.samplesPerSecond)}
        <span className="max-sm:hidden"> samples</span>/s
      </td>
    </tr>
  );
}

function busyShare({ samplesPerSecond }: RateLimit, time: TimeEstimate): number {
  return samplesPerSecond > 0 ? Math.min(1, time.samplesPerSecond.likely / samplesPerSecond) : 1;
}
