/** An example as a command for a shell. */

import type { AnyOperation, Example } from "./operation";

/** @param origin  where the server is, such as `http://127.0.0.1:3000` */
export function curlCommand(
  origin: string,
  operation: Pick<AnyOperation, "method">,
  example: Pick<Example, "url" | "body">,
): string {
  const address = quoted(`${origin}${example.url}`);
  if (operation.method === "GET") return `curl -s ${address}`;
  return `curl -s ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(readableJson(example.body))}`;
}

/** On one line where it fits, else indented. */
function readableJson(value: unknown): string {
  const line = JSON.stringify(value);
  return line.length <= 80 ? line : JSON.stringify(value, null, 2);
}

/** Single quotes keep everything but a single quote from the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
