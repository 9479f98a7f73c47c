/**
 * `store_unavailable`: the database cannot be reached, opened or written just now; the same call may succeed later.
 * `store_failed`: it answered, and refused; calling again will not help.
 */
export type StoreErrorCode = "store_unavailable" | "store_failed";

/** A database that is down or refuses. `cause` is what the driver said. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

/**
 * Runs what talks to the database and gives its failures a type.
 *
 * @param purpose  completes "Could not …", such as `save a plan`
 * @throws {StoreError} for whatever the driver throws
 */
export async function attempt<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = isTemporary(error) ? "store_unavailable" : "store_failed";
    const reason = text(error, "message") || text(error, "code");
    throw new StoreError(code, `Could not ${purpose}: ${reason}`, { cause: error });
  }
}

// PostgreSQL's classes for connection, resources and operator intervention, plus a transaction to be tried again.
const TEMPORARY_SQLSTATES = ["08", "53", "57", "58", "40"];
const TEMPORARY_SQLITE = ["BUSY", "LOCKED", "CANTOPEN", "READONLY", "FULL", "IOERR"];
const TEMPORARY_SYSTEM = [
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOENT", "EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "EEXIST"],
];
// Failures that the drivers report without any code.
const TEMPORARY_MESSAGES = [
  "timeout exceeded when trying to connect",
  "Connection terminated",
  "Query read timeout",
  "Unable to open connection to local database",
];

function isTemporary(error: unknown): boolean {
  const code = text(error, "code");
  if (TEMPORARY_SYSTEM.includes(code)) return true;
  if (code.startsWith("SQLITE_")) return TEMPORARY_SQLITE.some((name) => code.startsWith(`SQLITE_${name}`));
  if (/^[0-9A-Z]{5}$/.test(code)) return TEMPORARY_SQLSTATES.includes(code.slice(0, 2));
  const message = text(error, "message");
  return TEMPORARY_MESSAGES.some((known) => message.includes(known));
}

/** Not by `instanceof`: the driver of a native module may use an `Error` of another realm. */
function text(error: unknown, property: "code" | "message"): string {
  const value = typeof error === "object" && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === "string" ? value : "";
}
