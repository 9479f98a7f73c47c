"use client";

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { planQuery } from "@/components/gpus/plan-link";
import { ByteUnitProvider, UnitSwitch } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import type { ByteUnit } from "@/lib/format";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { AccessCard } from "./AccessCard";
import type { ValidationActions, ValidationAnswer } from "./answers";
import { askedQuery } from "./asked";
import { FitCharts } from "./FitCharts";
import { MachineCard } from "./MachineCard";
import { ProgressCard } from "./ProgressCard";
import { ResultHead } from "./ResultHead";
import { ResultTable } from "./ResultTable";
import { UseCard } from "./UseCard";
import { useToken } from "./use-token";
import { useValidation } from "./use-validation";

interface CheckViewProps {
  readonly id: string;
  readonly initial: ValidationAnswer;
  readonly initialUnit: ByteUnit;
  readonly actions: ValidationActions;
}

/** One check: how it goes on, then what came of it. */
export function CheckView(props: CheckViewProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <View {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function View({ id, initial, actions }: CheckViewProps) {
  const token = useToken();
  const read = useQuery({
    queryKey: ["validation", id, token],
    queryFn: () => actions.read(id, token ?? null),
    // What the server could not say by itself is asked again with the token that this browser has.
    enabled: initial.kind !== "validation" && typeof token === "string",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const answer = initial.kind === "validation" ? initial : (read.data ?? initial);
  switch (answer.kind) {
    case "validation":
      return <Followed key={answer.validation.id} initial={answer.validation} token={token} actions={actions} />;
    case "no_access":
      return token === undefined || read.isFetching ? null : <AccessCard access={answer} token={token} />;
    case "missing":
      return <Missing id={id} />;
    case "failed":
      return <p className="panel p-6 text-over">{answer.message}</p>;
  }
}

function Followed({
  initial,
  token,
  actions: { cancel, use },
}: {
  initial: Validation;
  token: string | null | undefined;
  actions: ValidationActions;
}) {
  const followed = useValidation(initial, token);
  const [cancelling, setCancelling] = useState<{ isUnderWay: boolean; problem: string | null }>(NOT_CANCELLED);
  const { validation } = followed;
  const hasEnded = isFinal(validation.state);
  const isAnythingMeasured = validation.rows.some(({ measured }) => measured.inUsePeakBytes.kind === "measured");

  const isAnythingTimed = validation.rows.some(({ measured }) => measured.stepSeconds.kind === "measured");

  async function end() {
    setCancelling({ isUnderWay: true, problem: null });
    const answer = await cancel(validation.id, token ?? null).catch(() => null);
    if (answer?.kind === "validation") return;
    const problem =
      answer?.kind === "failed" ? answer.message : "the server could not be reached, or lets you no longer.";
    setCancelling({ isUnderWay: false, problem });
  }

  return (
    <div className="grid gap-4 *:min-w-0">
      {hasEnded ? (
        <ResultHead validation={validation} />
      ) : (
        <ProgressCard
          followed={followed}
          isCancelling={cancelling.isUnderWay}
          problem={cancelling.problem}
          onCancel={() => void end()}
        />
      )}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <UnitSwitch />
        <AgainLink validation={validation} />
        <a className="button" href="/check#history">
          All checks
        </a>
      </div>
      {(hasEnded || isAnythingMeasured) && (
        <>
          <FitCharts validation={validation} />
          {hasEnded && isAnythingTimed && token !== undefined && (
            <UseCard validation={validation} token={token} use={use} />
          )}
          <div className="grid items-start gap-4 *:min-w-0 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <ResultTable validation={validation} />
            <MachineCard validation={validation} token={token ?? null} />
          </div>
        </>
      )}
      {!(hasEnded || isAnythingMeasured) && <MachineCard validation={validation} token={token ?? null} />}
      <Spoken text={hasEnded && !isFinal(initial.state) ? "The check has ended. The result is on this page." : null} />
    </div>
  );
}

const NOT_CANCELLED = { isUnderWay: false, problem: null };

function AgainLink({
  validation: { plan, device, batchSizes, repeats, timeLimitSeconds },
}: {
  validation: Validation;
}) {
  const query = planQuery(plan);
  if (query === null) return null;
  const asked = askedQuery({
    device,
    batches: batchSizes.join(","),
    repeats: String(repeats),
    timeLimit: String(timeLimitSeconds),
  });
  return (
    <>
      <a className="button" href={`/check?${query}&${asked}`}>
        Check it again
      </a>
      <a className="button" href={`/?${query}`}>
        Open the plan
      </a>
    </>
  );
}

function Missing({ id }: { id: string }) {
  return (
    <section aria-labelledby="missing" className="panel p-4 sm:p-6">
      <h2 id="missing" className="text-xl font-semibold tracking-tight">
        No such check
      </h2>
      <p className="mt-2 text-sm wrap-anywhere">
        Nothing is stored under {id} on this server. It may have run on another machine.
      </p>
      <a className="button mt-4" href="/check#history">
        All checks of this server
      </a>
    </section>
  );
}
