import { isFinal, type Validation } from "@/lib/profile/validation";
import { MILLISECOND } from "@/lib/units";
import { EventParser, type ServerEvent } from "./event-parser";

/** What comes while a validation is followed. */
export type News =
  | {
      readonly kind: "validation";
      readonly validation: Validation;
      /** The server's clock less this one's, in seconds. */
      readonly clockAheadSeconds: number;
    }
  /** The connection broke or could not be made; it is tried again by itself. */
  | { readonly kind: "lost" }
  /** The server will not tell: the token is no longer right, or the validation is gone. */
  | { readonly kind: "refused"; readonly status: number };

const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 10;

/**
 * Follows a validation until it has ended, over as many connections as it takes. `EventSource` would do the same, but
 * cannot send a token.
 */
export async function* follow(id: string, token: string | null, signal: AbortSignal): AsyncGenerator<News> {
  let lastId: string | null = null;
  let pauseSeconds = FIRST_PAUSE_SECONDS;
  while (!signal.aborted) {
    try {
      const response: Response = await fetch(`/api/v1/validations/${encodeURIComponent(id)}/events`, {
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(lastId === null ? {} : { "Last-Event-ID": lastId }),
        },
        cache: "no-store",
        signal,
      });
      // It has ended, and all of it was told.
      if (response.status === 204) return;
      if (response.status >= 400 && response.status < 500) {
        yield { kind: "refused", status: response.status };
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
      const clockAheadSeconds = clockAhead(response.headers.get("date"));
      for await (const { id: eventId, data } of eventsOf(response.body)) {
        [lastId, pauseSeconds] = [eventId, FIRST_PAUSE_SECONDS];
        // A parse boundary: it comes from this very server, by the schema of its own operation.
        const validation = JSON.parse(data) as Validation;
        yield { kind: "validation", validation, clockAheadSeconds };
        if (isFinal(validation.state)) return;
      }
    } catch {
      if (signal.aborted) return;
    }
    yield { kind: "lost" };
    await pause(pauseSeconds, signal);
    pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, pauseSeconds * 2);
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** An HTTP date has whole seconds: the middle of its second is the best guess. */
function clockAhead(date: string | null): number {
  const server = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(server) ? 0 : (server - Date.now()) * MILLISECOND + 0.5;
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds / MILLISECOND);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
