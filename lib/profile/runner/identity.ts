/** What tells a machine from others alike, without its name: that may be a person's. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { errorCode } from "./error-code";

/** Drawn when a Linux system was installed. Source: machine-id(5). */
const MACHINE_ID = "/etc/machine-id";
const SHOWN_DIGITS = 16;

/** A container without a number of its own goes by its host name, and is another machine once it was made anew. */
export async function machineIdentity(): Promise<string> {
  return identityOf([(await installedId()) ?? hostname()]);
}

/** machine-id(5) asks that the number itself be shown to nobody, but a digest of it that is the program's own. */
export function identityOf(parts: readonly string[]): string {
  const digest = createHash("sha256").update(["headroom", ...parts].join("\n"));
  return digest.digest("hex").slice(0, SHOWN_DIGITS);
}

async function installedId(): Promise<string | null> {
  try {
    const id = (await readFile(MACHINE_ID, "utf8")).trim();
    return /^[0-9a-f]{32}$/.test(id) ? id : null;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
