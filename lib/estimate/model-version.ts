/** Changes whenever the same plan may give other numbers. */
export const MODEL_VERSION = "2026.11.4";
