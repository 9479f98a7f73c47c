import { OnnxWriter } from "../../lib/engine/onnxruntime/writer";
import { encodeModel } from "../../lib/onnx/encode";
import type { WorkerJob } from "../../lib/profile/runner/run-worker";

/** The sum of a product of two random matrices. */
export function productModel(size: number): Uint8Array {
  const w = new OnnxWriter();
  const x = w.apply("RandomNormal", [], [size, size], { shape: { ints: [size, size] } });
  return encodeModel(w.finish([], [w.reduce("ReduceSum", w.gemm(x, x), [0, 1], false)]));
}

export function job(bytes: Uint8Array): WorkerJob {
  return { bytes, device: "cpu", profile: true, warmUp: 0, repeats: 1, threadCount: 1 };
}

/** Small runs for minutes on end. */
export function longModel(): WorkerJob {
  return { ...job(productModel(64)), profile: false, repeats: 100_000_000 };
}
