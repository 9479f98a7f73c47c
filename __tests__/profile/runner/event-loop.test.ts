import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-event-loop-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program that watches the delays of a server prints. */
async function watched(program: string) {
  const server = spawn(process.execPath, ["scripts/run.mjs", `__tests__/support/${program}`], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      DATABASE_URL: "",
      HEADROOM_DB: path.join(folder, program, "headroom.db"),
      HEADROOM_LISTENS_ON: "127.0.0.1",
    },
  });
  return JSON.parse(await text(server.stdout));
}

/** Writing or predicting a model of ViT-B-32 takes longer than this; the rest is room for a busy machine. */
const LONGEST_SECONDS = 0.25;

test("a server that is asked for twenty validations and runs one keeps nobody else waiting", async () => {
  const { answers, longestSeconds } = await watched("watch-event-loop.ts");
  expect(answers).toBe(20);
  expect(longestSeconds).toBeLessThan(LONGEST_SECONDS);
}, 120_000);

test("nor does one that says beforehand what a check would take", async () => {
  const { preview, longestSeconds } = await watched("watch-preview.ts");
  expect(preview.rows.map(({ batchSize }: { batchSize: number }) => batchSize)).toEqual([2, 4, 8]);
  for (const { predicted } of preview.rows) expect(predicted.inUsePeakBytes.kind).toBe("predicted");
  expect(longestSeconds).toBeLessThan(LONGEST_SECONDS);
}, 120_000);
