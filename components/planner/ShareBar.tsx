"use client";

import { Check, Link2, Save } from "lucide-react";
import { type ReactNode, useState } from "react";
import { copyText } from "@/components/ui/copy-text";
import type { PlannerActions } from "./answers";
import type { PlanInput } from "./plan-input";

type SaveState =
  | { readonly kind: "idle" }
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly id: string; readonly link: string | null; readonly input: PlanInput }
  | { readonly kind: "failed"; readonly message: string };

/** Takes the answer elsewhere: a link that restores the form, or a stored snapshot with its numbers. */
export function ShareBar({
  input,
  calibration,
  link,
  isAnswered,
  save,
  children,
}: {
  input: PlanInput;
  /** Measurements that the figures rest on; null where there are none. */
  calibration: string | null;
  /** Path and query that restore this plan; null for a plan that no link can hold. */
  link: string | null;
  /** Whether the answer in sight is for the plan in the form. */
  isAnswered: boolean;
  save: PlannerActions["save"];
  /** What stands beside the buttons. The news comes before it all, so that nothing moves when it arrives. */
  children: ReactNode;
}) {
  const [copied, setCopied] = useState<{ link: string | null; text: string } | null>(null);
  const [state, setState] = useState<SaveState>({ kind: "idle" });

  async function share() {
    const text =
      link === null
        ? "This configuration is too long for a link: save it instead."
        : await copy(new URL(link, window.location.origin).href);
    setCopied({ link, text });
  }

  async function store() {
    setState({ kind: "saving" });
    try {
      const answer = await save(input, calibration);
      if (answer.kind === "saved") setState({ kind: "saved", id: answer.id, link, input });
      else
        setState({ kind: "failed", message: answer.kind === "failed" ? answer.message : "The plan is not complete." });
    } catch {
      setState({ kind: "failed", message: "The server could not be reached." });
    }
  }

  const isCopied = copied !== null && copied.link === link;
  const savedId = state.kind === "saved" && state.input === input && state.link === link ? state.id : null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <p aria-live="polite" className="text-sm text-muted empty:-mr-2">
        {isCopied && copied.text}
        {savedId !== null && (
          <>
            {" "}
            Saved as{" "}
            <a className="link" href={`/p/${savedId}`}>
              /p/{savedId}
            </a>
          </>
        )}
        {state.kind === "failed" && <span className="text-over"> Not saved: {state.message}</span>}
      </p>
      {children}
      <button type="button" className="button" disabled={!isAnswered} onClick={() => void share()}>
        {isCopied ? <Check aria-hidden="true" className="size-4" /> : <Link2 aria-hidden="true" className="size-4" />}
        Share
      </button>
      <button
        type="button"
        className="button"
        disabled={!isAnswered || state.kind === "saving"}
        onClick={() => void store()}
      >
        <Save aria-hidden="true" className="size-4" />
        {state.kind === "saving" ? "Saving…" : "Save"}
      </button>
    </div>
  );
}

/** Copies a link, and says what happened. */
async function copy(url: string): Promise<string> {
  return (await copyText(url)) ? "Link copied." : "This browser refuses to copy: the address bar holds the link.";
}
