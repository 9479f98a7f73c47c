"use client";

import { Download } from "lucide-react";
import { Fragment } from "react";
import { downloadCsv, toCsv } from "@/components/charts/csv";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { FigureHead } from "@/components/ui/FigureHead";
import {
  type ByteUnit,
  formatCount,
  formatFigure,
  formatFineBytes,
  formatSeconds,
  formatSignedPercent,
} from "@/lib/format";
import type { Measurement, Prediction, Validation, ValidationRow, ValidationState } from "@/lib/profile/validation";
import { errorOf, measuredOf, predictedOf, type QUANTITIES } from "./figures";
import { FILE_HEAD, fileRows, gaps, shownQuantities } from "./result-rows";
import { providersText, rowWords } from "./words";

type Quantity = (typeof QUANTITIES)[number];

/** Predicted against measured, for each batch size and quantity, and what was not measured and why. */
export function ResultTable({ validation }: { validation: Validation }) {
  const { rows, id, state } = validation;
  const quantities = shownQuantities(rows);
  const hasFigures = quantities.length > 0;
  const unknown = gaps(rows);
  return (
    <section aria-labelledby="figures" className="panel min-w-0 p-4 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div>
          <h3 id="figures" className="text-lg font-semibold tracking-tight">
            {hasFigures ? "Predicted against measured" : "The batch sizes"}
          </h3>
          {hasFigures && (
            <p className="mt-0.5 text-sm text-muted">
              Off by: how much more (+) or less (−) was predicted than measured, of what was measured.
            </p>
          )}
        </div>
        {hasFigures && (
          <button
            type="button"
            className="button text-sm"
            onClick={() => downloadCsv(`headroom-check-${id}.csv`, toCsv(FILE_HEAD, fileRows(rows)))}
          >
            <Download aria-hidden="true" className="size-4" />
            CSV
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="mt-3 text-sm">No batch size was reached, so there is nothing to compare.</p>
      ) : (
        <table className="mt-3 w-full text-sm">
          <caption className="sr-only">Predicted against measured for each batch size</caption>
          {hasFigures && (
            <FigureHead
              columns={[
                { name: "Quantity", kind: "label" },
                { name: "Predicted" },
                { name: "Measured" },
                { name: "Off by" },
              ]}
            />
          )}
          {rows.map((row) => (
            <BatchRows key={row.batchSize} row={row} state={state} quantities={quantities} />
          ))}
        </table>
      )}
      {validation.secondsFrom != null && (
        <p className="mt-3 text-sm text-muted">
          Seconds were predicted from {formatCount(validation.secondsFrom.measurementCount)} steps timed on this device
          before.
        </p>
      )}
      {unknown.length > 0 && (
        <div className="mt-4 text-sm">
          <h4 className="font-medium">What is not known, and why</h4>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-muted">
            {unknown.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function BatchRows({
  row,
  state,
  quantities,
}: {
  row: ValidationRow;
  state: ValidationState;
  quantities: readonly Quantity[];
}) {
  const unit = useByteUnit();
  const stands = rowWords(row, state);
  const isReached = row.outcome !== "not_run";
  const signs = [providersText(row.providers), lossesText(row)].filter((text) => text !== null);
  return (
    <tbody>
      <tr className="border-t border-edge">
        <th scope="rowgroup" colSpan={4} className="pt-2.5 pb-1 text-left font-semibold">
          Batch {formatCount(row.batchSize)}
          <span className={`font-normal ${stands.isNotable ? "text-tight" : "text-muted"}`}> · {stands.text}</span>
          {row.reason !== null && (
            <span className="block text-[0.8125rem] leading-snug font-normal wrap-anywhere text-muted">
              {row.reason}
            </span>
          )}
          {signs.length > 0 && (
            <span className="block text-[0.8125rem] leading-snug font-normal text-muted">
              {capitalized(signs.join("; "))}.
            </span>
          )}
        </th>
      </tr>
      {isReached &&
        quantities.map((quantity) => {
          const [predicted, measured] = [predictedOf(row, quantity.key), measuredOf(row, quantity.key)];
          if (predicted.kind === "not_predicted" && measured.kind === "not_measured") {
            return <Fragment key={quantity.key} />;
          }
          const error = errorOf(predicted, measured);
          return (
            <tr key={quantity.key} className="border-t border-line align-baseline">
              <th scope="row" className="py-1.5 text-left font-normal">
                {quantity.label}
                <span className="block text-xs text-muted max-sm:hidden">{quantity.note}</span>
              </th>
              <td className="py-1.5 pl-3 text-right">{figureText(predicted, quantity, unit)}</td>
              <td className="py-1.5 pl-3 text-right font-medium">
                {figureText(measured, quantity, unit)}
                {quantity.key === "stepSeconds" && <Spread row={row} />}
              </td>
              <td className="py-1.5 pl-3 text-right whitespace-nowrap">
                {error === null ? <span className="text-muted">–</span> : formatSignedPercent(error)}
              </td>
            </tr>
          );
        })}
    </tbody>
  );
}

function Spread({ row: { measured } }: { row: ValidationRow }) {
  const { stepSeconds: seconds } = measured;
  if (seconds.kind !== "measured") return null;
  return (
    <span className="block text-xs font-normal text-muted">
      <span className="whitespace-nowrap">{formatSeconds(seconds.low)} –</span>{" "}
      <span className="whitespace-nowrap">{formatSeconds(seconds.high)}</span>
    </span>
  );
}

function figureText(figure: Prediction | Measurement, { unit: dimension }: Quantity, unit: ByteUnit) {
  if (figure.kind === "not_predicted") return <span className="text-muted">not predicted</span>;
  if (figure.kind === "not_measured") return <span className="text-muted">not measured</span>;
  const text = dimension === "seconds" ? formatSeconds(figure.value) : formatFineBytes(figure.value, unit);
  return <span className="whitespace-nowrap">{text}</span>;
}

/** A sign that real numbers were computed. */
function lossesText({ losses, batchSize }: ValidationRow): string | null {
  if (losses === null || losses.length === 0) return null;
  if (batchSize === 1 && losses.every((loss) => loss === 0))
    return "loss 0, since one pair has no other to be told from";
  return `loss ${losses.map((loss) => (Number.isFinite(loss) ? formatFigure(loss) : "not a number")).join(" → ")}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
