import { tinyRequest } from "@/__tests__/support/validation-request";
import { parsePlan } from "@/lib/plan/parse-plan";
import { BatchExpectations } from "@/lib/profile/runner/expect-batches";
import { expectedModel, stepGraph } from "@/lib/profile/step-model";

const { plan, device } = tinyRequest();
const open: BatchExpectations[] = [];

afterEach(() => {
  for (const expectations of open.splice(0)) expectations.end();
});

function expectationsOf(of = plan): BatchExpectations {
  const expectations = new BatchExpectations({ plan: of, device, threadCount: 2 });
  open.push(expectations);
  return expectations;
}

test("another process expects of each batch size what this one would, whatever is asked at once", async () => {
  const parsed = parsePlan(plan);
  if (!parsed.ok) throw new Error("the plan is refused");
  const expectations = expectationsOf();
  const answers = await Promise.all([3, 1, 2].map((batchSize) => expectations.of(batchSize)));
  const expected = [3, 1, 2].map((batchSize) =>
    [1, 3].map((stepCount) => {
      const how = { batchSize, stepCount, device, threadCount: 2 };
      const { memory, load, nodeCount } = expectedModel(stepGraph(parsed), parsed.plan, how);
      const { timeline: _, ...figures } = memory;
      return { nodeCount, memory: figures, load };
    }),
  );
  expect(answers).toEqual(expected);
}, 30_000);

test("a process that ends instead of answering is an error that says why, and so is one that was ended", async () => {
  await expect(expectationsOf({ ...plan, model: "no such model" }).of(1)).rejects.toThrow(/no such model/);
  const expectations = expectationsOf();
  expectations.end();
  await expect(expectations.of(1)).rejects.toThrow("batch 1 could not be predicted");
}, 30_000);
