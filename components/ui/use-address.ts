"use client";

import { useEffect } from "react";

/** Keeps the browser's address that of what is in sight. @param address path and query; null leaves it as it is */
export function useAddress(address: string | null): void {
  useEffect(() => {
    if (address !== null && address !== `${window.location.pathname}${window.location.search}`) {
      window.history.replaceState(null, "", address);
    }
  }, [address]);
}
