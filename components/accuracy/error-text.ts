import { formatPercent } from "@/lib/format";

/** A relative error with enough digits to tell good from better: "0.02 %", "2.10 %", "732 %". */
export function errorText(error: number): string {
  if (error >= 0.1) return formatPercent(error);
  const percent = (error * 100).toFixed(2);
  return error > 0 && percent === "0.00" ? "< 0.01 %" : `${percent} %`;
}
