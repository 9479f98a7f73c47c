export const SIDES = ["a", "b"] as const;
export type Side = (typeof SIDES)[number];
