import { isSameInput, parseFigure, valueAt, withChoice, withValue } from "@/components/planner/plan-input";

test("a value is set and taken away at any depth without touching the rest", () => {
  const input = { model: "ViT-B-32", strategy: { kind: "lora", rank: 4 } };
  expect(withValue(input, "strategy.rank", 8)).toEqual({ model: "ViT-B-32", strategy: { kind: "lora", rank: 8 } });
  expect(withValue(input, "strategy.rank", undefined)).toEqual({ model: "ViT-B-32", strategy: { kind: "lora" } });
  expect(input.strategy.rank).toBe(4);
  expect(valueAt(input, "strategy.rank")).toBe(4);
  expect(valueAt(input, "model.rank")).toBeUndefined();
});

test("another model brings its own image size and context length", () => {
  const input = { model: "ViT-B-32", imageSize: 288, contextLength: 64, perDeviceBatchSize: 8 };
  expect(withChoice(input, "model", "ViT-L-14-336")).toEqual({ model: "ViT-L-14-336", perDeviceBatchSize: 8 });
});

test("a figure is read as people write it, and what is no figure is passed on to be refused", () => {
  expect(parseFigure(" 10,000 ")).toBe(10_000);
  expect(parseFigure("1.5", 1024)).toBe(1536);
  expect(parseFigure("-3")).toBe(-3);
  expect(parseFigure("")).toBeUndefined();
  expect(parseFigure("many")).toBe("many");
  expect(parseFigure("1e999")).toBe("1e999");
});

test("two inputs with the same content ask the same question", () => {
  expect(isSameInput({ model: "a" }, { model: "a" })).toBe(true);
  expect(isSameInput({ model: "a" }, { model: "b" })).toBe(false);
});
