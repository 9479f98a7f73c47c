/** Server-sent events about something that changes until it ends. */

import { setTimeout as wait } from "node:timers/promises";

export interface Watched {
  /** Grows or changes whenever there is news. */
  readonly version: string;
  readonly value: unknown;
  /** Whether there will be no more news. */
  readonly isFinal: boolean;
}

export interface EventStreamOptions {
  /** Name of each event. */
  readonly event: string;
  /** The version that the reader has, from `Last-Event-ID`. */
  readonly lastVersion: string | null;
  readonly signal: AbortSignal;
  /** How often to look. */
  readonly everyMs: number;
}

/** Proxies and browsers give up on a connection that is silent for long. */
const COMMENT_MS = 15_000;

/**
 * Sends what is watched now and whenever it has changed; each event holds all of it, so that a reader who comes back has
 * missed nothing. Ends after the final state. To a reader who has that already there is nothing to send: 204 tells a
 * browser's EventSource not to come back.
 *
 * @param look  reads it as it stands; a failure ends the stream, and the reader asks again
 */
export async function eventStream(look: () => Promise<Watched>, options: EventStreamOptions): Promise<Response> {
  const { event, lastVersion, signal, everyMs } = options;
  const first = await look();
  if (first.isFinal && first.version === lastVersion) return new Response(null, { status: 204 });
  const encoder = new TextEncoder();
  async function* events(): AsyncGenerator<Uint8Array> {
    let [sent, silentMs] = [lastVersion, 0];
    for (let watched = first; ; watched = await look()) {
      if (watched.version !== sent) {
        yield encoder.encode(`id: ${watched.version}\nevent: ${event}\ndata: ${JSON.stringify(watched.value)}\n\n`);
        [sent, silentMs] = [watched.version, 0];
      } else if (silentMs >= COMMENT_MS) {
        yield encoder.encode(": still here\n\n");
        silentMs = 0;
      }
      if (watched.isFinal) return;
      if (!(await hasWaited(everyMs, signal))) return;
      silentMs += everyMs;
    }
  }
  const source = events();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      // Some proxies would otherwise collect events before they pass them on.
      "X-Accel-Buffering": "no",
    },
  });
}

/** @returns false when the reader has gone meanwhile */
async function hasWaited(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await wait(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
