/** Where points and lines of a figure over the batch stand, as fractions of a frame that begins at 0 both ways. */

import type { Line } from "@/lib/profile/validation";

export interface FitPoint {
  readonly batchSize: number;
  readonly measured: number;
  /** Null where there is no spread, or no prediction. */
  readonly low: number | null;
  readonly high: number | null;
  readonly predicted: number | null;
}

/** Room above and to the right of the outermost figures. */
const ROOM = 1.12;

export interface FitFrame {
  readonly top: number;
  readonly right: number;
}

export function fitFrame(points: readonly FitPoint[]): FitFrame {
  const values = points.flatMap(({ measured, high, predicted }) => [measured, high ?? 0, predicted ?? 0]);
  return {
    top: Math.max(...values, Number.MIN_VALUE) * ROOM,
    right: Math.max(...points.map(({ batchSize }) => batchSize), 1) * ROOM,
  };
}

/** The fitted line from edge to edge of the frame, in thousandths of it from the upper left corner; null without a fit. */
export function linePath(line: Line, { top, right }: FitFrame): string | null {
  if (line.kind === "not_fitted") return null;
  const y = (batchSize: number) => (1 - (line.intercept + line.slope * batchSize) / top) * 1000;
  return `M0 ${y(0).toFixed(1)}L1000 ${y(right).toFixed(1)}`;
}
