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
  return `curl -s ${address} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(example.body))}`;
}

/** Single quotes keep everything but a single quote from the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
