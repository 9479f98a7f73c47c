"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLast } from "@/components/ui/use-last";
import type { Change, Estimate } from "@/lib/estimate/estimate";
import type { EstimateAnswer, PlannerActions } from "./answers";
import { isSameInput, type PlanInput } from "./plan-input";

/** How long the plan must rest before the ladder of changes is worked out: it is several estimates. */
const REST_MILLISECONDS = 250;

/** A plan, and measurements of its card that are to stand in for what is assumed of it. */
interface Question {
  readonly input: PlanInput;
  readonly calibration: string | null;
}

/** The answer to a plan that may change at any moment. */
export interface EstimateState {
  /** What the newest answer is for, or the one under way. */
  readonly asked: Question;
  /** The newest answer that came, of whatever kind. */
  readonly answer: EstimateAnswer | null;
  /** The newest answer with figures; it stays in sight while the plan cannot be answered. */
  readonly estimate: Estimate | null;
  /** Whether the newest answer is for an older plan than the form holds. */
  readonly isWaiting: boolean;
  readonly retry: () => void;
}

export interface Answers extends EstimateState {
  /** The ladder of changes; null while it is worked out. */
  readonly changes: readonly Change[] | null;
}

/** The figures of a plan, and once it rests the changes that would help it. */
export function useAnswers(
  input: PlanInput,
  initial: EstimateAnswer,
  actions: PlannerActions,
  calibration: string | null,
): Answers {
  const state = useEstimate(input, initial, actions.estimate, calibration);
  const rested = useRested(state.asked, state.isWaiting);
  const changes = useQuery({
    queryKey: ["changes", rested],
    queryFn: () => (rested === null ? null : actions.changes(rested.input, rested.calibration)),
    enabled: rested !== null && state.answer?.kind === "estimate",
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return { ...state, changes: changes.data?.kind === "changes" ? changes.data.changes : null };
}

/**
 * Asks for the figures of a plan that may change with every movement of a slider. One question is under way at a time
 * and the next is always the newest, so a slow answer delays the next one but never queues up stale ones.
 */
export function useEstimate(
  input: PlanInput,
  initial: EstimateAnswer,
  ask: PlannerActions["estimate"],
  calibration: string | null = null,
): EstimateState {
  const [first] = useState<Question>({ input, calibration });
  const [asked, setAsked] = useState<Question>(first);
  const query = useQuery({
    queryKey: ["estimate", asked],
    queryFn: () => ask(asked.input, asked.calibration),
    initialData: asked === first ? initial : undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const isUnderWay = query.isFetching;
  const isBehind = !isSameInput(asked.input, input) || asked.calibration !== calibration;
  useEffect(() => {
    if (isBehind && !isUnderWay) setAsked({ input, calibration });
  }, [isBehind, isUnderWay, input, calibration]);

  const answer: EstimateAnswer | null = query.isError
    ? { kind: "failed", message: "The server could not be reached. The plan is kept; try again." }
    : (query.data ?? null);
  const estimate = useLast(answer?.kind === "estimate" ? answer.estimate : null);
  return { asked, answer, estimate, isWaiting: isBehind || isUnderWay, retry: () => void query.refetch() };
}

/** The plan once it has not changed for a moment; null before the first rest. */
function useRested(asked: Question, isWaiting: boolean): Question | null {
  const [rested, setRested] = useState<Question | null>(null);
  useEffect(() => {
    if (isWaiting) return;
    const timer = setTimeout(() => setRested(asked), REST_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [asked, isWaiting]);
  return rested;
}
