import type { Machine, ValidationRequest } from "./validation";

/** What a reader must know to read the figures rightly. */
export function remarksOf({ device, plan }: ValidationRequest, machine: Machine | null): string[] {
  const remarks: string[] = [];
  if (device === "cpu") {
    remarks.push(
      "This ran on the CPU. It proves that the step of this plan is what was planned: its operations, its gradients, and its " +
        "memory in this runtime. It says nothing of the speed of a GPU, nor of memory in PyTorch.",
    );
  } else {
    remarks.push(
      "Memory is that of ONNX Runtime, which places tensors in another order than PyTorch and has no fused attention.",
    );
    if (plan.precision === "fp32") {
      remarks.push(
        "Matrix products in fp32 run as TF32 on cards that have it: this runtime cannot be told otherwise from Node.",
      );
    }
  }
  remarks.push("Weights, images and texts are drawn at random while it runs; loading data is not part of the step.");
  const users = machine?.gpu?.otherUsers ?? [];
  if (device === "cuda" && users.length > 0) {
    const names = users.map(({ name, pid }) => `${name} (${pid})`).join(", ");
    remarks.push(`Others used the GPU when it began, so seconds may be too high: ${names}.`);
  }
  return remarks;
}
