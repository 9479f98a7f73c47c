"use client";

import { useSyncExternalStore } from "react";

const KEY = "headroom-validation-token";
const listeners = new Set<() => void>();

/** The token for this server, kept until the tab is closed; undefined before the browser has said whether there is one. */
export function useToken(): string | null | undefined {
  return useSyncExternalStore(subscribe, readToken, onServer);
}

/** Null forgets it. */
export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
  for (const listener of listeners) listener();
}

function readToken(): string | null {
  return sessionStorage.getItem(KEY);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const onServer = () => undefined;
