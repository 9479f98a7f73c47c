import { PLAN } from "@/__tests__/fixtures/estimate";
import { FIELD_TEXTS } from "@/components/planner/field-texts";
import { shownFields } from "@/components/planner/shown-fields";
import { fieldNames } from "@/lib/plan/field-names";
import { PLAN_FIELDS } from "@/lib/plan/schema";

test("every field of a plan is shown, and has words of its own in the form", () => {
  const fields = fieldNames(PLAN_FIELDS).filter((field) => field !== "schemaVersion");
  expect(
    shownFields(PLAN)
      .map(({ field }) => field)
      .sort(),
  ).toEqual([...fields].sort());
  const worded = Object.keys(FIELD_TEXTS).map((path) => path.split(".")[0]);
  expect(fields.filter((field) => !worded.includes(field))).toEqual([]);
});

test("values are shown in the units of the form", () => {
  const shown = (field: string, plan = PLAN) => shownFields(plan).find((each) => each.field === field)?.value;
  expect(shown("averageImageBytes")).toBe("115 kB");
  expect(shown("trainSampleCount")).toBe("10,000");
  expect(shown("gradCheckpointing")).toBe("off");
  expect(shown("strategy", { ...PLAN, strategy: { kind: "partial", unlockedBlocks: 2 } })).toBe("the last 2 blocks");
  expect(shown("pricePerGpuHour")).toBe("listed offers");
  expect(shown("pricePerGpuHour", { ...PLAN, pricePerGpuHour: 0.4 })).toBe("$0.40 per GPU and hour");
});
