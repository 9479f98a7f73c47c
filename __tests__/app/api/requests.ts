import type { RouteHandler } from "@/lib/api/handle";

const ORIGIN = "http://127.0.0.1:3000";

export function post(path: string, body: BodyInit, headers: Readonly<Record<string, string>> = {}): Request {
  const init = { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } };
  return new Request(new URL(path, ORIGIN), init);
}

export function get(path: string): Request {
  return new Request(new URL(path, ORIGIN));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Whatever the JSON holds; tests match it against what they expect. */
  readonly json: unknown;
  readonly byteCount: number;
}

/** @param params  path parameters, as the router would find them in the path */
export async function ask(handler: RouteHandler, request: Request, params: unknown = {}): Promise<Answer> {
  const response = await handler(request, { params: Promise.resolve(params) });
  const text = await response.text();
  const json: unknown = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, json, byteCount: Buffer.byteLength(text) };
}
