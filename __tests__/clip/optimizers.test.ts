import { trainingStep } from "@/lib/clip/training-step";
import { FULL_PLAN, TINY_VIT } from "./support/tiny-models";

describe.each(["adamw", "adamw_fused", "adamw_8bit"] as const)("%s", (optimizer) => {
  test("updates each trained parameter once, with two moments in its shape", () => {
    const { graph, gradients } = trainingStep(TINY_VIT, { ...FULL_PLAN, optimizer });
    const updates = graph.nodes.filter((node) => node.phase === "optimizer");
    expect(updates.map((node) => node.op)).toEqual(Array.from(gradients, () => "AdamW"));
    updates.forEach((node, i) => {
      const [parameter, gradient] = [...gradients][i];
      expect(node.inputs.slice(0, 2).map(({ id }) => id)).toEqual([parameter.id, gradient.id]);
      expect(node.inputs.slice(2).map(({ role, shape }) => ({ role, shape }))).toEqual([
        { role: "optimizer_state", shape: parameter.shape },
        { role: "optimizer_state", shape: parameter.shape },
      ]);
    });
  });
});

test("sgd keeps one momentum in the shape of each trained parameter", () => {
  const { graph, gradients } = trainingStep(TINY_VIT, { ...FULL_PLAN, optimizer: "sgd" });
  const updates = graph.nodes.filter((node) => node.phase === "optimizer");
  expect(updates.map((node) => node.op)).toEqual(Array.from(gradients, () => "Sgd"));
  expect(updates.map((node) => node.inputs.slice(2).map(({ shape }) => shape))).toEqual(
    Array.from(gradients.keys(), ({ shape }) => [shape]),
  );
});
