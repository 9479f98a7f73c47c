/** Reads a request's body as JSON: limited while it arrives, never by what the client says it will send. */

import type { Issue } from "../plan/plan";
import { KIB } from "../units";
import { parseJson } from "./json";
import { ProblemError } from "./problem";
import { repeatedKeys } from "./repeated-keys";

export const BODY_LIMIT_BYTES = 256 * KIB;

/** A value as it was read. */
export interface ReadJson {
  readonly value: unknown;
  /** What the value does not show: keys of which only the last was kept. */
  readonly issues: readonly Issue[];
}

/**
 * @returns the value that the body holds
 * @throws {ProblemError} 415 for another media type, 413 beyond the limit, 400 for what is not JSON in UTF-8
 */
export async function readJsonBody(request: Request): Promise<ReadJson> {
  requireJsonType(request.headers);
  return parseJsonBytes(await readLimited(request), "body");
}

/**
 * @param what  what the bytes are to whoever sent them, such as "body" or "line"
 * @throws {ProblemError} 400 for what is not JSON in UTF-8; a byte-order mark is passed over
 */
export function parseJsonBytes(bytes: Uint8Array, what: string): ReadJson {
  const text = decodeUtf8(bytes, what);
  const parsed = parseJson(text);
  if (parsed.ok) return { value: parsed.value, issues: repeatedKeys(text) };
  const { position, line, column, message } = parsed.fault;
  // Of one line the column says it all.
  const where = what === "line" ? `column ${column}` : `line ${line}, column ${column} (position ${position})`;
  const told = { ...titled(what), position, line, column };
  throw new ProblemError("not-json", `The ${what} is not JSON at ${where}: ${message}.`, told);
}

/** The usual title speaks of a body. */
function titled(what: string): { readonly title?: string } {
  return what === "body" ? {} : { title: `The ${what} is not JSON` };
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;

function requireJsonType(headers: Headers): void {
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new ProblemError("not-json-type", `Content-Encoding ${shown(encoding)} is not read; send the body as it is.`);
  }
  const announced = headers.get("content-type");
  // A body without a type can only be meant as the one type that is read here.
  if (announced === null) return;
  const [type = "", ...parameters] = announced.split(";").map((part) => part.trim());
  if (!JSON_TYPE.test(type)) {
    throw new ProblemError("not-json-type", `Content-Type ${shown(announced)} is not read; send application/json.`);
  }
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter));
  if (charset !== undefined && !/^charset="?(?:utf-?8|us-ascii)"?$/i.test(charset)) {
    throw new ProblemError("not-json-type", `${shown(charset)} is not read; send the JSON in UTF-8.`);
  }
}

async function readLimited(request: Request): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for (;;) {
    const { done, value } = await nextChunk(reader);
    if (done) break;
    byteCount += value.byteLength;
    if (byteCount > BODY_LIMIT_BYTES) {
      await reader.cancel();
      const limit = `${BODY_LIMIT_BYTES / KIB} KiB`;
      throw new ProblemError("too-large", `The body is larger than ${limit}, which is the most that is read.`);
    }
    chunks.push(value);
  }
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    throw new ProblemError("not-json", "The connection broke before the body had arrived.", {}, { cause });
  }
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError("not-json", `The ${what} is not valid UTF-8.`, titled(what), { cause });
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
