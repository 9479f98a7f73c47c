/** Steps that ran on an H100, with what they ask of it: those that its constants were fitted on, and those that check them. */

import { resolveGpu } from "@/lib/catalogue/gpus";
import type { TimedLoad } from "@/lib/engine/onnxruntime/fit-rates";
import { CUDA_EFFICIENCIES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { type RuntimeRates, stepLoad } from "@/lib/engine/onnxruntime/step-load";
import { assumedRates, type ProductType } from "@/lib/profile/assumed-rates";
import { cardRows } from "../../scripts/accuracy/onnxruntime-card";

export function cardSteps(products: ProductType): {
  readonly fit: readonly TimedLoad[];
  readonly check: readonly TimedLoad[];
  readonly assumed: RuntimeRates;
} {
  const card = resolveGpu("h100-sxm5-80gb");
  const assumed = card.ok ? assumedRates(card.gpu, products) : null;
  if (assumed === null) throw new Error("the card has rates");
  const rows = cardRows().filter(({ precision }) => precision === products);
  const steps = (role: "fit" | "check") =>
    rows
      .filter((row) => row.role === role)
      .map(({ key, seconds, one, two }) => ({
        load: stepLoad(one, two, CUDA_EFFICIENCIES),
        seconds,
        plan: key.replace(/-b\d+-.*$/, ""),
      }));
  return { fit: steps("fit"), check: steps("check"), assumed };
}
