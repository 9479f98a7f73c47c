import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Turn, type TurnHolder, takeTurn } from "@/lib/profile/runner/device-turn";
import { waitingText } from "@/lib/profile/runner/turn-words";

const turns: Turn[] = [];
const children: ChildProcess[] = [];
const environment = { ...process.env };
let count = 0;
/** A device that no other test has. */
const device = () => `device ${count++}`;

afterEach(async () => {
  process.env = environment;
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const turn of turns.splice(0)) await turn.end();
});

async function take(
  name: string,
  { signal = new AbortController().signal, onWait = (_: TurnHolder | null) => {} } = {},
  platform = process.platform,
): Promise<Turn | null> {
  const turn = await takeTurn(name, { signal, program: "a test", onWait }, platform);
  if (turn !== null) turns.push(turn);
  return turn;
}

/** What holds the turn where it is a file. */
function fileOf(name: string): string {
  const words = `headroom ${environment.HEADROOM_DEVICE_SCOPE} ${name}`;
  return path.join(tmpdir(), `${words.replace(/\W+/g, "-")}.sock`);
}

async function holdElsewhere(name: string, platform = process.platform): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["scripts/run.mjs", "__tests__/support/hold-turn.ts", name, platform], {
    stdio: ["ignore", "pipe", "inherit"],
    env: process.env,
  });
  children.push(child);
  expect(String(await once(child.stdout, "data"))).toContain("taken");
  return child;
}

test("of many that want a device at once one has it, and each of them gets its turn", async () => {
  const name = device();
  let [atOnce, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const turn = await take(name);
      atOnce++;
      most = Math.max(most, atOnce);
      await setTimeout(5);
      atOnce--;
      await turn?.end();
    }),
  );
  expect(most).toBe(1);
}, 30_000);

test("who waits is told for whom, and another device and another scope are free meanwhile", async () => {
  const name = device();
  await take(name);
  const told = new Promise<TurnHolder | null>((resolve) => void take(name, { onWait: resolve }));
  const holder = await told;
  expect(holder).toMatchObject({ pid: process.pid, program: "a test" });
  expect(waitingText({ ...(holder as TurnHolder), since: "2026-11-27T10:02:59.000Z" }, "cpu")).toBe(
    `waiting for a test (process ${process.pid}, since 10:02 UTC) to end, which measures on the CPU`,
  );
  expect(await take(device())).not.toBeNull();
  process.env = { ...environment, HEADROOM_DEVICE_SCOPE: "another" };
  expect(await take(name)).not.toBeNull();
});

test("a process that is killed leaves its turn to the next at once", async () => {
  const name = device();
  const holder = await holdElsewhere(name);
  const waiting = new Promise<TurnHolder | null>((resolve) => {
    void take(name, { onWait: resolve }).then(() => holder.emit("passed on"));
  });
  expect(await waiting).toMatchObject({ pid: holder.pid, program: "a program of tests" });
  const passedOn = once(holder, "passed on");
  holder.kill("SIGKILL");
  await passedOn;
}, 20_000);

test("where the turn is a file, one that a killed process left behind keeps nobody waiting", async () => {
  const name = device();
  const holder = await holdElsewhere(name, "darwin");
  expect(existsSync(fileOf(name))).toBe(true);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(existsSync(fileOf(name))).toBe(true);
  expect(await take(name, {}, "darwin")).not.toBeNull();
}, 20_000);

test("waiting can be given up", async () => {
  const name = device();
  await take(name);
  const controller = new AbortController();
  const waiting = take(name, { signal: controller.signal, onWait: () => controller.abort() });
  expect(await waiting).toBeNull();
  expect(await take(name, { signal: AbortSignal.abort() })).toBeNull();
});

test("a program that does not say who it is is waited for as well", async () => {
  const name = device();
  const foreign = createServer((socket) => socket.end("hello\n"));
  await new Promise<void>((resolve) => foreign.listen(fileOf(name), resolve));
  const controller = new AbortController();
  const holder = await new Promise<TurnHolder | null>((resolve) => {
    void take(name, { signal: controller.signal, onWait: resolve }, "darwin");
  });
  expect(holder).toBeNull();
  expect(waitingText(holder, "cuda")).toContain("does not say which it is");
  controller.abort();
  foreign.close();
});
