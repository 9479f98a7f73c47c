/** The table of a result, as data. */

import { formatCount } from "@/lib/format";
import type { ValidationRow } from "@/lib/profile/validation";
import { errorOf, measuredOf, predictedOf, QUANTITIES } from "./figures";
import { listText } from "./words";

/** Those of which something is known at any batch size. */
export function shownQuantities(rows: readonly ValidationRow[]) {
  return QUANTITIES.filter(({ key }) =>
    rows.some((row) => predictedOf(row, key).kind === "predicted" || measuredOf(row, key).kind === "measured"),
  );
}

/**
 * What is not known of the batch sizes that were reached, each reason once: "Not measured: on the GPU (it ran on the CPU)".
 * Reasons of one batch size name it. Where nothing at all was measured the batch size itself says why, once.
 */
export function gaps(rows: readonly ValidationRow[]): string[] {
  const reached = rows.filter((row) => row.outcome !== "not_run" && isAnythingMeasured(row));
  const found = new Map<string, { readonly what: string; readonly batchSizes: number[] }>();
  for (const row of reached) {
    for (const { key, label } of QUANTITIES) {
      const [predicted, measured] = [predictedOf(row, key), measuredOf(row, key)];
      // What was not measured needs no reason for not having been predicted.
      const whys =
        measured.kind === "not_measured"
          ? [`Not measured: ${lowerFirst(label)} (${measured.why})`]
          : predicted.kind === "not_predicted"
            ? [`Not predicted: ${lowerFirst(label)} (${predicted.why})`]
            : [];
      for (const what of whys) {
        const gap = found.get(what) ?? { what, batchSizes: [] };
        gap.batchSizes.push(row.batchSize);
        found.set(what, gap);
      }
    }
  }
  return [...found.values()].map(({ what, batchSizes }) =>
    batchSizes.length === reached.length ? `${what}.` : `${what}, at batch ${listText(batchSizes.map(formatCount))}.`,
  );
}

function isAnythingMeasured(row: ValidationRow): boolean {
  return QUANTITIES.some(({ key }) => measuredOf(row, key).kind === "measured");
}

export const FILE_HEAD = ["batch", "outcome", "quantity", "unit", "predicted", "measured", "low", "high", "off by"];

/** Every figure as it is, in bytes and seconds; what is not known is empty. */
export function fileRows(rows: readonly ValidationRow[]): (string | number)[][] {
  return rows.flatMap((row) =>
    QUANTITIES.map(({ key, unit }) => {
      const [predicted, measured] = [predictedOf(row, key), measuredOf(row, key)];
      const { stepSeconds: seconds } = row.measured;
      const spread =
        key === "stepSeconds" && seconds.kind === "measured" ? [seconds.low, seconds.high] : (["", ""] as const);
      return [
        row.batchSize,
        row.outcome,
        key,
        unit,
        predicted.kind === "predicted" ? predicted.value : "",
        measured.kind === "measured" ? measured.value : "",
        ...spread,
        errorOf(predicted, measured) ?? "",
      ];
    }),
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
