import { createEstimate, EXAMPLE_PLAN } from "@/lib/api/operations";

const SERVER = process.env.HEADROOM_TEST_URL ?? "";

function post(path: string, body: string): Promise<Response> {
  return fetch(`${SERVER}${path}`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
}

test("the built server answers a plan with an estimate of the schema", async () => {
  const response = await post("/api/v1/estimates", JSON.stringify(EXAMPLE_PLAN));
  expect(response.status).toBe(200);
  expect(createEstimate.answer.parse(await response.json()).modelName).toBe(EXAMPLE_PLAN.model);
});

test("a stored plan is found again under the address that storing it gave", async () => {
  const stored = await post("/api/v1/plans", JSON.stringify(EXAMPLE_PLAN));
  expect(stored.status).toBe(201);
  const location = stored.headers.get("location") ?? "";
  const { id, url } = await stored.json();
  const found = await fetch(`${SERVER}${location}`);
  expect(await found.json()).toMatchObject({ id, url, today: { status: "same" } });
  expect((await fetch(`${SERVER}${url}`)).status).toBe(200);
});

test.each([
  ["/api/v1/plans/%E0%A4%A", 400],
  ["/p/%FF", 400],
  ["/api/v1/plans/%00", 404],
  ["/api/v1/nothing", 404],
  ["/api", 404],
  ["/api/v1/estimates", 405],
])("%s is refused with status %d and problem details", async (path, status) => {
  const response = await fetch(`${SERVER}${path}`);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
});

test("a body that never ends is cut off", async () => {
  const chunk = new Uint8Array(64 * 1024).fill(0x20);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  const init = { method: "POST", body: endless, duplex: "half", headers: { "Content-Type": "application/json" } };
  // The server may answer, or close the connection on a client that goes on sending; both are an end.
  const status = await fetch(`${SERVER}/api/v1/estimates`, init).then(
    (response) => response.status,
    () => "closed",
  );
  expect([413, "closed"]).toContain(status);
  expect((await fetch(`${SERVER}/api/v1/gpus?search=4090`)).status).toBe(200);
});

test("the page about the API names every operation", async () => {
  const page = await (await fetch(`${SERVER}/api/docs`)).text();
  for (const path of ["/api/v1/estimates", "/api/v1/plans/{id}", "/api/openapi.json"]) expect(page).toContain(path);
});
