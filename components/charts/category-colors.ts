import type { MemoryCategory } from "@/lib/estimate/estimate";

/** One colour for a category everywhere; the values are in globals.css, for light and dark. */
export const CATEGORY_COLORS = {
  weights: "var(--weights)",
  gradients: "var(--gradients)",
  optimizer: "var(--optimizer)",
  "activations.image": "var(--activations-image)",
  "activations.text": "var(--activations-text)",
  loss: "var(--loss)",
  temporaries: "var(--temporaries)",
  runtime: "var(--runtime)",
} as const satisfies Record<MemoryCategory, string>;
