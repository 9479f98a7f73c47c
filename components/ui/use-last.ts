"use client";

import { useState } from "react";

/** The newest value that there was, so that what is in sight stays while there is none. */
export function useLast<Value>(current: Value | null): Value | null {
  const [last, setLast] = useState(current);
  if (current !== null && current !== last) setLast(current);
  return current ?? last;
}
