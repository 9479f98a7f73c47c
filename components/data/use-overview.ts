"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useLast } from "@/components/ui/use-last";
import type { DataOverview } from "@/lib/api/data-overview";
import type { AskOverview, OverviewAnswer } from "./answers";
import { type DataTexts, questionOf } from "./question";

export interface OverviewState {
  /** The texts that the newest answer is for, or the one under way. */
  readonly asked: DataTexts;
  readonly answer: OverviewAnswer | null;
  /** The newest answer with figures; it stays in sight while the question cannot be answered. */
  readonly overview: DataOverview | null;
  readonly isWaiting: boolean;
  readonly retry: () => void;
}

/** The answer to a form that may change with every key. One question is under way at a time, the next is the newest. */
export function useOverview(texts: DataTexts, initial: OverviewAnswer, ask: AskOverview): OverviewState {
  const [first] = useState(texts);
  const [asked, setAsked] = useState(texts);
  const question = useMemo(() => questionOf(asked), [asked]);
  const query = useQuery({
    queryKey: ["data", question],
    queryFn: () => ask(question),
    initialData: asked === first ? initial : undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const isUnderWay = query.isFetching;
  const isBehind = asked !== texts;
  useEffect(() => {
    if (isBehind && !isUnderWay) setAsked(texts);
  }, [isBehind, isUnderWay, texts]);

  const answer: OverviewAnswer | null = query.isError
    ? { kind: "failed", message: "The server could not be reached. What you entered is kept; try again." }
    : (query.data ?? null);
  const overview = useLast(answer?.kind === "overview" ? answer.overview : null);
  return {
    asked,
    answer,
    overview,
    isWaiting: isBehind || isUnderWay,
    retry: () => void query.refetch(),
  };
}
