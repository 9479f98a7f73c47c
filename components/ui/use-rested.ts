"use client";

import { useEffect, useState } from "react";

/** The value once it has not changed for a moment. @param before what stands until then */
export function useRested<Value, Before>(value: Value, before: Before, restMilliseconds: number): Value | Before {
  const [rested, setRested] = useState<Value | Before>(before);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMilliseconds);
    return () => clearTimeout(timer);
  }, [value, restMilliseconds]);
  return rested;
}
