/**
 * One program at a time measures on a device of this machine, whichever it is: a server, several, the command line. Who
 * measures listens on a local socket that is named after the device. The system allows one such listener and takes the
 * name back the moment its process ends, however it ends, so that no turn can be left behind. Whoever comes meanwhile
 * connects, is told who it is, and sees the connection end when its own turn may have come.
 */

import { unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { errorCode } from "./error-code";
import { readLine } from "./read-line";
import { abandonedEnded } from "./work-folder";

const holderSchema = z.object({
  pid: z.int().positive(),
  /** Such as "headroom validate". */
  program: z.string().max(100),
  /** ISO 8601, UTC. */
  since: z.iso.datetime(),
});

/** Who has the turn. */
export type TurnHolder = z.infer<typeof holderSchema>;

export interface Turn {
  /** Lets the next one begin. */
  readonly end: () => Promise<void>;
}

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** What others are told is measuring. */
  readonly program: string;
  /** Called once for each one that is waited for; null where it does not say who it is. */
  readonly onWait: (holder: TurnHolder | null) => void;
}

/** Between two attempts, should a listener end every connection at once. */
const PAUSE_MS = 100;
/** One that is busy may take a moment to say who it is. */
const GREETING_MS = 2_000;
const LONGEST_GREETING = 1_000;

/**
 * @param name  of the device, such as "cpu"; programs with another `HEADROOM_DEVICE_SCOPE` have turns of their own
 * @param platform  whose kind of name is used
 * @returns null when the signal came first
 * @throws {Error} when this system has no local sockets
 */
export async function takeTurn(
  name: string,
  options: TurnOptions,
  platform: NodeJS.Platform = process.platform,
): Promise<Turn | null> {
  const address = addressOf(`headroom ${process.env.HEADROOM_DEVICE_SCOPE ?? ""} ${name}`, platform);
  while (!options.signal.aborted) {
    const turn = await listen(address, options.program);
    if (turn !== null) {
      // What a killed program was measuring ends itself a moment later.
      await abandonedEnded();
      return turn;
    }
    await othersEnd(address, options);
  }
  return null;
}

/** Each system has its own kind of name. */
function addressOf(name: string, platform: NodeJS.Platform): string {
  // Filled up, because versions of Node differ in what they make of a shorter name.
  if (platform === "linux") return `\0${name}`.padEnd(ABSTRACT_NAME_BYTES, ".").slice(0, ABSTRACT_NAME_BYTES);
  if (platform === "win32") return `\\\\.\\pipe\\${name}`;
  return path.join(tmpdir(), `${name.replace(/\W+/g, "-")}.sock`);
}

/** All of `sun_path`. Source: `man 7 unix`. */
const ABSTRACT_NAME_BYTES = 108;

/** Null where somebody listens already. */
async function listen(address: string, program: string): Promise<Turn | null> {
  const greeting = JSON.stringify({ pid: process.pid, program, since: new Date().toISOString() } satisfies TurnHolder);
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    // One that gives up waiting is no concern of ours.
    socket.on("error", () => undefined).on("close", () => waiting.delete(socket));
    socket.write(`${greeting}\n`);
  });
  if (!(await hasBound(server, address))) return null;
  return {
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of waiting) socket.destroy();
      }),
  };
}

function hasBound(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if (errorCode(error) === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    // Not shared with the other processes of a server, as they share its port.
    server.listen({ path: address, exclusive: true }, () => resolve(true));
  });
}

/** Until whoever has the turn ends it, or the signal comes. */
async function othersEnd(address: string, { signal, onWait }: TurnOptions): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(address);
    let [said, isTold] = ["", false];
    const tell = (holder: TurnHolder | null) => {
      if (isTold) return;
      isTold = true;
      onWait(holder);
    };
    const greeting = setTimeout(() => tell(null), GREETING_MS);
    const giveUp = () => socket.destroy();
    signal.addEventListener("abort", giveUp);
    socket.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, LONGEST_GREETING);
      // Null for a program that is none of ours.
      if (said.includes("\n")) tell(readLine(said, holderSchema));
    });
    socket.on("error", (error) => {
      // Elsewhere than on Linux and Windows the name is a file, which a killed process leaves behind.
      if (errorCode(error) === "ECONNREFUSED" && path.isAbsolute(address)) void unlink(address).catch(() => undefined);
    });
    socket.on("close", () => {
      clearTimeout(greeting);
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
  });
  if (!signal.aborted) await wait(PAUSE_MS);
}
