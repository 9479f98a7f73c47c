import type { ByteUnit } from "@/lib/format";

export const UNIT_COOKIE = "unit";
export const UNITS: readonly ByteUnit[] = ["GiB", "GB", "MiB"];

/** The unit a cookie asks for; GiB where it asks for nothing we know. */
export function unitFromCookie(value: string | undefined): ByteUnit {
  return UNITS.find((unit) => unit === value) ?? "GiB";
}
