"use client";

import { KeyRound, ShieldOff } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { NoAccess } from "./answers";
import { keepToken } from "./use-token";

/** What it takes to run something on this server's machine. */
export function AccessCard({
  access,
  token,
}: {
  access: NoAccess /** The one that was not accepted. */;
  token: string | null;
}) {
  return access.needs === "off" ? <Off /> : <TokenForm refused={token} />;
}

function Off() {
  return (
    <section aria-labelledby="access" className="panel border-tight p-4 sm:p-6">
      <h2 id="access" className="flex items-start gap-2.5 text-xl leading-snug font-semibold tracking-tight">
        <ShieldOff aria-hidden="true" className="mt-0.5 size-6 shrink-0 text-tight" />
        Checks are off on this server
      </h2>
      <p className="mt-2 text-sm">
        A check runs programs on the machine that serves this page, so it is on only for people who sit at it, or who
        have its token. There are three ways on:
      </p>
      <ul className="mt-2 list-disc space-y-1.5 pl-5 text-sm">
        <li>
          On your own machine, start Headroom with <code>npm start</code> and open the address that it prints: it
          listens on 127.0.0.1, and checks are on.
        </li>
        <li>
          On a server, set <code>HEADROOM_VALIDATION_TOKEN</code> to a long random text before it starts. This page then
          asks for it.
        </li>
        <li>
          Without a server: <code>npm run -s headroom -- validate --model ViT-B-32 --device cpu</code>
        </li>
      </ul>
    </section>
  );
}

function TokenForm({ refused }: { refused: string | null }) {
  const id = useId();
  const [text, setText] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== "") keepToken(text.trim());
  }
  return (
    <section aria-labelledby="access" className="panel p-4 sm:p-6">
      <h2 id="access" className="flex items-start gap-2.5 text-xl leading-snug font-semibold tracking-tight">
        <KeyRound aria-hidden="true" className="mt-0.5 size-6 shrink-0 text-accent" />
        This server runs checks for those who have its token
      </h2>
      <p className="mt-2 text-sm text-muted">
        Whoever runs the server has set it as <code>HEADROOM_VALIDATION_TOKEN</code>. It stays in this tab until you
        close it.
      </p>
      <form className="mt-3 max-w-md" onSubmit={submit}>
        <label htmlFor={id} className="mb-1 block font-medium">
          Token
        </label>
        <div className="flex gap-2">
          <input
            id={id}
            type="password"
            autoComplete="off"
            className="control"
            aria-invalid={refused !== null}
            aria-describedby={`${id}-problem`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button button-primary">
            Use it
          </button>
        </div>
        <p id={`${id}-problem`} role="alert" className="mt-1 text-sm text-over">
          {refused !== null && "The token that was given is not the server’s."}
        </p>
      </form>
    </section>
  );
}
