import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-event-loop-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a server that is asked for twenty validations and runs one keeps nobody else waiting", async () => {
  const server = spawn(process.execPath, ["scripts/run.mjs", "__tests__/support/watch-event-loop.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      DATABASE_URL: "",
      HEADROOM_DB: path.join(folder, "headroom.db"),
      HEADROOM_LISTENS_ON: "127.0.0.1",
    },
  });
  const { answers, longestSeconds } = JSON.parse(await text(server.stdout));
  expect(answers).toBe(20);
  // Writing a model of ViT-B-32 takes longer than this; the rest is room for a busy machine.
  expect(longestSeconds).toBeLessThan(0.25);
}, 120_000);
