import { ranElsewhere } from "@/lib/profile/ran-elsewhere";

test("a run counts when every kernel ran on its device", () => {
  expect(ranElsewhere("cpu", { CPUExecutionProvider: 759 })).toBeNull();
  expect(ranElsewhere("cuda", { CUDAExecutionProvider: 759 })).toBeNull();
});

test("a kernel that fell back to the CPU makes a run on CUDA a failure that counts them", () => {
  const reason = ranElsewhere("cuda", { CUDAExecutionProvider: 757, CPUExecutionProvider: 2 });
  expect(reason).toBe("Not everything ran on CUDAExecutionProvider: 2 kernels ran on CPUExecutionProvider.");
});

test("a runtime that does not say where kernels ran proves nothing", () => {
  for (const providers of [null, {}]) expect(ranElsewhere("cuda", providers)).toContain("does not say");
});
