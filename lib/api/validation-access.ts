/** Who may run something on this machine: whoever sits at it, or has the token. */

import { createHash, timingSafeEqual } from "node:crypto";
import { ProblemError } from "./problem";

export interface AccessSettings {
  /** The address that the server listens on; null when nobody said. */
  readonly listensOn: string | null;
  /** Null or empty: no token is accepted. */
  readonly token: string | null;
}

/**
 * Validation is on for requests with the token, and without one where the server listens on loopback and the request was
 * made on this machine, by a program or by a page of this very server: a page of another site, a name that was pointed at
 * 127.0.0.1, and a proxy that passes on what others ask, are none of that.
 *
 * @returns null when the request may go on, otherwise what to answer
 */
export function refusedAccess(headers: Headers, { listensOn, token }: AccessSettings): ProblemError | null {
  const hasToken = token !== null && token !== "";
  const given = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (hasToken && given !== undefined && isSame(given, token)) return null;
  const isLocal = listensOn !== null && isLoopback(listensOn) && cameFromHere(headers);
  if (isLocal && given === undefined) return null;
  if (hasToken) {
    const detail =
      "Send the token of this server as Authorization: Bearer <token>; HEADROOM_VALIDATION_TOKEN holds it.";
    return new ProblemError("unauthorized", detail);
  }
  const detail =
    "Validation runs programs on this machine and is off here. It is on for requests from the machine itself where the server " +
    "listens on 127.0.0.1, and for others once HEADROOM_VALIDATION_TOKEN is set.";
  return new ProblemError("validation-off", detail);
}

function cameFromHere(headers: Headers): boolean {
  const host = headers.get("host");
  if (host === null || !isLoopback(hostname(host))) return false;
  const origin = headers.get("origin");
  if (origin !== null && hostOf(origin) !== host) return false;
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((address) => address.trim());
  return forwarded.every((address) => address === "" || isLoopback(address)) && !headers.has("forwarded");
}

/** `localhost`, 127.0.0.0/8 and ::1, as IPv4 within IPv6 too. */
function isLoopback(name: string): boolean {
  const address = name
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/^::ffff:/, "");
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, "");
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Takes as long for any two texts. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
