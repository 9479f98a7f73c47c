import { TODAY } from "@/__tests__/support/today";
import { changesThatHelp, estimatePlan } from "@/lib/estimate/plan";
import { type ParsedPlan, parsePlan } from "@/lib/plan/parse-plan";

function parsed(input: Readonly<Record<string, unknown>>): ParsedPlan {
  const plan = parsePlan({ model: "ViT-L-14", gpu: "rtx-4090", loaderWorkers: 16, ...input });
  if (!plan.ok) throw new Error(JSON.stringify(plan.issues));
  return plan;
}

const seconds = (plan: ParsedPlan) => estimatePlan(plan, { today: TODAY }).time?.totalSeconds.likely ?? Number.NaN;

test("a change tells the time of the plan that it makes", () => {
  const now = parsed({});
  const changes = changesThatHelp(now);
  const checkpointing = changes.find(({ id }) => id === "checkpointing");
  expect(checkpointing?.timeChange).toBeGreaterThan(0.1);
  for (const { set, timeChange } of changes)
    expect(timeChange).toBeCloseTo(seconds(parsed({ ...now.plan, ...set })) / seconds(now) - 1, 9);
});

test("a card without a time has changes without one", () => {
  const changes = changesThatHelp(parsed({ gpu: "mi300x", precision: "fp32" }));
  expect(changes.length).toBeGreaterThan(0);
  for (const { timeChange } of changes) expect(timeChange).toBeNull();
});
