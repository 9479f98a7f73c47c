/** Fits the CUDA constants of `lib/engine/onnxruntime/runtime-efficiencies.ts`: `node scripts/run.mjs scripts/fit/onnxruntime-cuda.ts`. */

import { resolveGpu } from "../../lib/catalogue/gpus";
import { CUDA_SECONDS_PER_NODE, cudaEfficiencies } from "../../lib/engine/onnxruntime/runtime-efficiencies";
import { secondsOf, stepLoad } from "../../lib/engine/onnxruntime/step-load";
import { assumedRates } from "../../lib/profile/assumed-rates";
import { type CardRow, cardRows } from "../accuracy/onnxruntime-card";
import { summarize } from "../accuracy/statistics";
import { minimize } from "../accuracy/time/coordinate-descent";

type Constants = Readonly<Record<"product" | "byte" | "secondsPerNode", number>>;

function main(): void {
  const rows = cardRows();
  const fit = rows.filter(({ role }) => role === "fit");
  const cost = (constants: Constants) =>
    fit.reduce((sum, row) => sum + Math.abs(Math.log(modelled(row, constants) / row.seconds)), 0);
  const start: Constants = { product: 2, byte: 1, secondsPerNode: CUDA_SECONDS_PER_NODE };
  const fitted = minimize(start, () => Number.POSITIVE_INFINITY, cost);
  for (const role of ["fit", "check"] as const) {
    const errors = rows.filter((row) => row.role === role).map((row) => modelled(row, fitted) / row.seconds - 1);
    const { count, median, p90, worst, bias } = summarize(errors);
    const figures = [median, p90, worst, bias].map((value) => `${(value * 100).toFixed(1)} %`).join(", ");
    process.stdout.write(`${role} n ${count}: median, p90, worst, bias ${figures}\n`);
  }
  process.stdout.write(`${JSON.stringify(fitted)}\n`);
}

function modelled({ one, two, precision }: CardRow, { product, byte, secondsPerNode }: Constants): number {
  const card = resolveGpu("h100-sxm5-80gb");
  const rates = card.ok ? assumedRates(card.gpu, precision) : null;
  if (rates === null) throw new Error("the card of the rows has no rates");
  return secondsOf(stepLoad(one, two, cudaEfficiencies({ product, byte })), { ...rates, secondsPerNode });
}

main();
