/** What a command may touch: its input, its output and the files it is pointed at. */
export interface Console {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** The day it is, such as "2026-11-27": prices are dated. */
  readonly today: string;
  /** To standard output; settles when more can be taken, so that a slow reader slows the writer down. */
  readonly write: (text: string) => Promise<void>;
  /** To standard error. */
  readonly error: (text: string) => Promise<void>;
  /** A path as the person meant it, from where they stand. */
  readonly resolve: (path: string) => string;
  /** Aborted when the person asks the command to end; whoever calls it sees to that the command then does. */
  readonly interruption: () => AbortSignal;
  /** @throws when the file cannot be read */
  readonly readFile: (path: string) => Promise<Uint8Array>;
}
