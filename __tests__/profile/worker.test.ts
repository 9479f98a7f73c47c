import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { OnnxWriter } from "@/lib/engine/onnxruntime/writer";
import { encodeModel } from "@/lib/onnx/encode";

const WORKER = path.join(__dirname, "../../lib/profile/worker.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "headroom-worker-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function work(...requests: readonly object[]) {
  const child = spawnSync(process.execPath, [WORKER, ...requests.map((request) => JSON.stringify(request))], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, TMPDIR: folder },
  });
  const answers = child.stdout.split("\n").filter(Boolean);
  return { status: child.status, answers: answers.map((line) => JSON.parse(line)) };
}

function written(name: string): string {
  const w = new OnnxWriter();
  const x = w.apply("RandomNormal", [], [64, 64], { shape: { ints: [64, 64] } });
  const file = path.join(folder, name);
  writeFileSync(file, encodeModel(w.finish([], [w.reduce("ReduceSum", w.gemm(x, x), [0, 1], false)])));
  return file;
}

test("a run says how long it took, what it used and which provider ran each kernel", () => {
  const { status, answers } = work({ model: written("a.onnx"), provider: "cpu", profile: true, warmUp: 1, repeats: 2 });
  expect(status).toBe(0);
  expect(answers).toMatchObject([{ ok: true, provider: "cpu", providers: { CPUExecutionProvider: 9 } }]);
  const [{ runSeconds, memory, versions }] = answers;
  expect(runSeconds.length).toBe(2);
  expect(memory.inUsePeakBytes).toBeGreaterThan(2 * 64 * 64 * 4);
  expect(versions).toEqual({ node: process.versions.node, onnxruntime: "1.29.0" });
});

test("a provider that is not there, a file that is none and a model that is none are answers", () => {
  const nonsense = path.join(folder, "nonsense.onnx");
  writeFileSync(nonsense, "nothing of the kind");
  const { status, answers } = work(
    { model: written("b.onnx"), provider: "cuda" },
    { model: path.join(folder, "absent.onnx"), provider: "cpu" },
    { model: nonsense, provider: "cpu" },
    { model: written("c.onnx"), provider: "cpu" },
  );
  expect(status).toBe(1);
  // On a machine with a GPU the first runs there.
  expect(answers.slice(1).map(({ ok }) => ok)).toEqual([false, false, true]);
  expect(answers[0].ok ? answers[0].provider : answers[0].error).toMatch(/cuda/i);
  for (const { error } of answers.slice(1, 3)) expect(error).toMatch(/onnx/);
});

test("nothing is left behind of a profile", () => {
  work({ model: written("d.onnx"), provider: "cpu", profile: true });
  expect(readdirSync(folder).filter((name) => name.startsWith("headroom-profile"))).toEqual([]);
});
