"use client";

import { useEffect, useState } from "react";
import type { Validation } from "@/lib/profile/validation";
import { isFinal } from "@/lib/profile/validation";
import { follow } from "./follow";

export interface FollowedValidation {
  readonly validation: Validation;
  /** The server's clock less this one's, in seconds; null before it was heard. */
  readonly clockAheadSeconds: number | null;
  /** Whether the connection is broken and made again. */
  readonly isLost: boolean;
  /** Whether the server no longer tells: a reload says why. */
  readonly isRefused: boolean;
}

/** A validation as it stands, until it has ended. */
export function useValidation(initial: Validation, token: string | null | undefined): FollowedValidation {
  const [followed, setFollowed] = useState<FollowedValidation>({
    validation: initial,
    clockAheadSeconds: null,
    isLost: false,
    isRefused: false,
  });
  const { id } = initial;
  const hadEnded = isFinal(initial.state);
  useEffect(() => {
    if (hadEnded || token === undefined) return;
    const controller = new AbortController();
    async function listen() {
      for await (const news of follow(id, token ?? null, controller.signal)) {
        if (news.kind === "validation") {
          const { validation, clockAheadSeconds } = news;
          setFollowed({ validation, clockAheadSeconds, isLost: false, isRefused: false });
        } else if (news.kind === "lost") setFollowed((old) => ({ ...old, isLost: true }));
        else setFollowed((old) => ({ ...old, isRefused: true }));
      }
    }
    void listen();
    return () => controller.abort();
  }, [id, token, hadEnded]);
  return followed;
}
