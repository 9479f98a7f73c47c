import { validationSchema } from "@/lib/api/validation-schema";
import { TINY_MODEL } from "../support/tiny-clip";

const SERVER = process.env.HEADROOM_TEST_URL ?? "";
const ADDRESS = `${SERVER}/api/v1/validations`;

function submit(body: object): Promise<Response> {
  return fetch(ADDRESS, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
}

test("the built server runs a step, tells how it goes on, and keeps what was measured", async () => {
  const asked = await submit({ plan: { model: TINY_MODEL }, device: "cpu", batchSizes: [1, 2, 3], repeats: 1 });
  expect(asked.status).toBe(202);
  const address = `${SERVER}${asked.headers.get("location")}`;
  const events = (await (await fetch(`${address}/events`)).text()).split("\n\n").filter((text) => text !== "");
  const last = validationSchema.parse(JSON.parse(events.at(-1)?.match(/^data: (.*)$/m)?.[1] ?? ""));
  expect(last.state).toEqual({ kind: "done" });
  expect(last.rows.map(({ outcome }) => outcome)).toEqual(["measured", "measured", "measured"]);
  expect(await (await fetch(address)).json()).toEqual(last);
}, 60_000);

test("the built server cancels a run", async () => {
  const asked = await submit({ plan: { model: TINY_MODEL }, device: "cpu", batchSizes: [4096], repeats: 20 });
  const address = `${SERVER}${asked.headers.get("location")}`;
  expect((await fetch(address, { method: "DELETE" })).status).toBe(200);
  const events = await (await fetch(`${address}/events`)).text();
  expect(events.trim().split("\n\n").at(-1)).toContain('"state":{"kind":"cancelled"');
}, 60_000);

test("a page of another site may run nothing", async () => {
  const response = await fetch(ADDRESS, {
    method: "POST",
    body: "{}",
    headers: { Origin: "https://evil.example", "Content-Type": "application/json" },
  });
  expect(response.status).toBe(403);
});
