import { validationText } from "@/lib/cli/validation-text";
import { measuredRow, stoppedRow, validationFixture } from "../fixtures/validation";

test("what was not measured says so and why, in words", () => {
  const { measured } = measuredRow(1);
  const none = { kind: "not_measured", why: "nvidia-smi gave no figure" } as const;
  const text = validationText(
    validationFixture({
      device: "cuda",
      rows: [
        measuredRow(1, { measured: { ...measured, deviceBytes: none } }),
        stoppedRow(2, "out_of_memory", "No more."),
      ],
    }),
  );
  expect(text).toContain("  Batch 1: Memory by the driver was not measured: nvidia-smi gave no figure.\n");
  expect(text).toMatch(/^ +2 +out of memory/m);
  expect(text).toContain("  Batch 2: No more.\n");
});

test("the provider that ran the kernels is told, once where it is the same for every batch size", () => {
  const text = validationText(validationFixture());
  expect(text.match(/Kernels of a step by the provider that ran them: 500 on CPUExecutionProvider/g)).toHaveLength(1);
});
