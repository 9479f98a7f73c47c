import { TODAY } from "@/__tests__/support/today";
import type { Console } from "@/lib/cli/console";
import { main } from "@/lib/cli/main";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. */
export async function headroom(
  argv: readonly string[],
  input: {
    readonly stdin?: string | readonly Uint8Array[];
    readonly files?: Readonly<Record<string, string>>;
    readonly interruption?: AbortSignal;
  } = {},
): Promise<Outcome> {
  const { stdin = "", files = {}, interruption = new AbortController().signal } = input;
  let stdout = "";
  let stderr = "";
  const console: Console = {
    today: TODAY,
    stdin: chunks(typeof stdin === "string" ? [Buffer.from(stdin)] : stdin),
    write: async (text) => {
      stdout += text;
    },
    error: async (text) => {
      stderr += text;
    },
    interruption: () => interruption,
    resolve: (path) => path,
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return Buffer.from(text);
    },
  };
  const code = await main(argv, console);
  return { code, stdout, stderr };
}

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
