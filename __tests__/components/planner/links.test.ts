import fc from "fast-check";
import { PLAN } from "@/__tests__/fixtures/estimate";
import { linkTo, linkToComparison, measuredOfSide, planOfSide } from "@/components/planner/links";
import { parsePlan } from "@/lib/plan/parse-plan";
import type { Plan } from "@/lib/plan/plan";

function sidesOf(link: string | null): readonly unknown[] {
  const params = new URL(link ?? "", "http://localhost").searchParams;
  return (["a", "b"] as const).map((side) => {
    const parsed = parsePlan(planOfSide(params, side));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return parsed.plan;
  });
}

test("a comparison is readable: only what would end a side is written otherwise", () => {
  const other: Plan = { ...PLAN, precision: "amp_bf16" };
  expect(linkToComparison(PLAN, other)).toBe(
    "/compare?a=v=1%26model=ViT-L-14%26gpu=rtx-4090&b=v=1%26model=ViT-L-14%26precision=amp_bf16%26gpu=rtx-4090",
  );
});

test("both plans of a comparison come back as they were, whatever a card is called", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((text) => {
    const parsed = parsePlan({ model: "ViT-B-32", gpu: { name: text, memoryBytes: 2 ** 34 } });
    return parsed.ok;
  });
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 4096 }), (text, perDeviceBatchSize) => {
      const a: Plan = { ...PLAN, gpu: { name: text.trim(), memoryBytes: 2 ** 34 } };
      const b: Plan = { ...PLAN, perDeviceBatchSize };
      expect(sidesOf(linkToComparison(a, b))).toEqual([a, b]);
    }),
  );
});

test("a side that is missing is no plan", () => {
  expect(planOfSide(new URLSearchParams("a=model=ViT-B-32"), "b")).toBeNull();
  expect(planOfSide(new URLSearchParams("b="), "b")).toBeNull();
});

test("a configuration too long for a link has none", () => {
  const vision_cfg = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`key${index}`, index]));
  const model = { embed_dim: 512, vision_cfg, text_cfg: {} };
  expect(linkTo({ ...PLAN, model })).toBeNull();
  expect(linkToComparison(PLAN, { ...PLAN, model })).toBeNull();
});

test("measurements of a side travel with its plan, are read back as they were, and are no part of the plan", () => {
  const measured = { text: "rtx-4090,bandwidth_0.81_9,steps_9,spread_0.031", isOn: false };
  const link = linkToComparison(PLAN, PLAN, { a: null, b: measured });
  const params = new URL(link ?? "", "http://localhost").searchParams;
  expect([measuredOfSide(params, "a"), measuredOfSide(params, "b")]).toEqual([null, measured]);
  expect(sidesOf(link)).toEqual([PLAN, PLAN]);
});
