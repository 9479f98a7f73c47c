import { POST } from "@/app/api/v1/data-requirements/route";
import { createDataRequirement, EXAMPLE_DATA_REQUEST } from "@/lib/api/data-operations";
import { problemSchema } from "@/lib/api/problem";
import { ask, post } from "./requests";

const PATH = "/api/v1/data-requirements";

test("a question is answered within its schema", async () => {
  const { status, json, headers } = await ask(POST, post(PATH, JSON.stringify(EXAMPLE_DATA_REQUEST)));
  expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(createDataRequirement.answer.parse(json).predictions).toHaveLength(2);
});

test("every problem is told at once", async () => {
  const body = { targetAccuracy: 1.2, pilot: [{ shotsPerClass: -1, accuracy: 2 }], task: "ocr" };
  const { status, json } = await ask(POST, post(PATH, JSON.stringify(body)));
  expect(status).toBe(422);
  const paths = problemSchema.parse(json).issues?.map(({ path }) => path) ?? [];
  expect(paths.sort()).toEqual(["pilot.0.accuracy", "pilot.0.shotsPerClass", "targetAccuracy", "task"]);
});
