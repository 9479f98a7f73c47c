/** Answers addresses that cannot be decoded, such as `/p/%E0%A4%A`, for which Next itself answers 500. */

import { problemResponse } from "@/lib/api/handle";
import { ProblemError } from "@/lib/api/problem";

// Any address without a percent sign passes by untouched, so the proxy costs nothing where it matters.
export const config = { matcher: "/(.*%.*)" };

export function proxy(request: Request): Response | undefined {
  if (isDecodable(new URL(request.url).pathname)) return undefined;
  const detail = "A percent sign in the path is not followed by two hexadecimal digits that spell UTF-8.";
  return problemResponse(new ProblemError("bad-address", detail).problem);
}

function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}
