import { fieldOf } from "@/components/planner/issues";

const LORA = { strategy: "lora", hasOwnGpu: false };
const PROBE = { strategy: "linear_probe", hasOwnGpu: false };

test("an issue stands beside its own field where that is in sight", () => {
  expect(fieldOf("strategy.rank", LORA)).toBe("strategy.rank");
  expect(fieldOf("strategy.targets.1", LORA)).toBe("strategy.targets");
  expect(fieldOf("perDeviceBatchSize", LORA)).toBe("perDeviceBatchSize");
});

test("an issue of a field that is not in sight stands beside the one that decides about it", () => {
  expect(fieldOf("strategy.rank", PROBE)).toBe("strategy.kind");
  expect(fieldOf("strategy", PROBE)).toBe("strategy.kind");
  expect(fieldOf("gpu.memoryBytes", PROBE)).toBe("gpu");
  expect(fieldOf("gpu", { ...PROBE, hasOwnGpu: true })).toBe("gpu.name");
});

test("an issue of no field stands beside the first one", () => {
  expect(fieldOf("", LORA)).toBe("model");
  expect(fieldOf("model.vision_cfg.width", LORA)).toBe("model");
  expect(fieldOf("nonsense", LORA)).toBe("model");
});
