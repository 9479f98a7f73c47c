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
 * Where a token is set, validation is on for requests that have it and for no others: a proxy on the machine may pass on
 * what strangers ask without saying so. Where none is set, it is on where the server listens on loopback and the request
 * was made on this machine, by a program or by a page of this very server: a page of another site, a name that was pointed
 * at 127.0.0.1, and a proxy that says that it passes on what others ask, are none of that.
 *
 * @returns null when the request may go on, otherwise what to answer
 */
export function refusedAccess(headers: Headers, { listensOn, token }: AccessSettings): ProblemError | null {
  const given = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token !== null && token !== "") {
    if (given !== undefined && isSame(given, token)) return null;
    const detail =
      "Send the token of this server as Authorization: Bearer <token>; HEADROOM_VALIDATION_TOKEN holds it.";
    return new ProblemError("unauthorized", detail);
  }
  const isLocal = listensOn !== null && isLoopback(listensOn) && cameFromHere(headers);
  if (isLocal && given === undefined) return null;
  const detail =
    "Validation runs programs on this machine and is off here. It is on for requests from the machine itself where the server " +
    "listens on 127.0.0.1, and for others once HEADROOM_VALIDATION_TOKEN is set.";
  return new ProblemError("validation-off", detail);
}

function cameFromHere(headers: Headers): boolean {
  const host = headers.get("host");
  if (host === null || !isLoopback(hostname(host))) return false;
  return isOfOwnPage(headers, host) && !isPassedOn(headers, host);
}

/** Not sent by a page of another site. A link to here that somebody followed is the doing of who followed it. */
function isOfOwnPage(headers: Headers, host: string): boolean {
  const origin = headers.get("origin");
  if (origin !== null && hostOf(origin) !== host) return false;
  const site = headers.get("sec-fetch-site");
  const isOther = site === "cross-site" || site === "same-site";
  return !isOther || (headers.get("sec-fetch-mode") === "navigate" && origin === null);
}

/** Whether a proxy says that somebody else asked. Next itself says of every request where it came from and which host was asked. */
function isPassedOn(headers: Headers, host: string): boolean {
  const passedOnFor = ["x-forwarded-for", "x-real-ip", "true-client-ip", "cf-connecting-ip"].flatMap((name) =>
    (headers.get(name) ?? "").split(",").map((address) => address.trim()),
  );
  if (passedOnFor.some((address) => address !== "" && !isLoopback(address))) return true;
  const askedHost = headers.get("x-forwarded-host");
  if (askedHost !== null && askedHost !== host) return true;
  return headers.has("forwarded") || headers.has("via");
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
