import { POST as createEstimate } from "@/app/api/v1/estimates/route";
import { GET as listGpus } from "@/app/api/v1/gpus/route";
import { GET as listModels } from "@/app/api/v1/models/route";
import type { RouteHandler } from "@/lib/api/handle";
import type { AnyOperation, Example } from "@/lib/api/operation";

/** Those that change nothing, so that reading the docs stores no plans. */
const HANDLERS: Readonly<Record<string, RouteHandler>> = { createEstimate, listGpus, listModels };

/** What the operation answers to the example today; undefined for an operation that would change something. */
export async function answerExample(operation: AnyOperation, { url, body }: Example): Promise<unknown> {
  const handler = HANDLERS[operation.operationId];
  if (handler === undefined) return undefined;
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await handler(new Request(new URL(url, "http://localhost"), { method: operation.method, ...init }));
  return response.json();
}
