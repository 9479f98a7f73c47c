import { validationFixture } from "@/__tests__/fixtures/validation";
import { follow, type News } from "@/components/check/follow";
import type { Validation } from "@/lib/profile/validation";

const RUNNING = validationFixture({
  state: { kind: "running", progress: { doneCount: 1, partCount: 9, doing: "batch 1", batchSize: 1 } },
});
const DONE = validationFixture();

const event = (id: string, validation: Validation) =>
  `id: ${id}\nevent: validation\ndata: ${JSON.stringify(validation)}\n\n`;

/** Stands in for the server; the protocol itself is tested with the real one in the browser. */
function answers(...responses: readonly (Response | Error)[]): Headers[] {
  const asked: Headers[] = [];
  const left = [...responses];
  globalThis.fetch = async (_address, init) => {
    asked.push(new Headers(init?.headers));
    const next = left.shift();
    if (next === undefined) throw new Error("nobody should have asked again");
    if (next instanceof Error) throw next;
    return next;
  };
  return asked;
}

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

async function collect(token: string | null = null): Promise<News[]> {
  const news: News[] = [];
  for await (const each of follow("abc123", token, new AbortController().signal)) news.push(each);
  return news;
}

test("it ends with the final state, and reads the server's clock", async () => {
  const date = new Date(Date.now() + 60_000).toUTCString();
  answers(new Response(event("1", RUNNING) + event("2", DONE), { headers: { Date: date } }));
  const news = await collect();
  expect(news.map((each) => each.kind === "validation" && each.validation.state.kind)).toEqual(["running", "done"]);
  const [first] = news;
  expect(first?.kind === "validation" && Math.abs(first.clockAheadSeconds - 60)).toBeLessThan(1);
});

test("a broken connection is made again from the last event, with the token", async () => {
  const asked = answers(new Error("no network"), new Response(event("7", RUNNING)), new Response(event("8", DONE)));
  const news = await collect("secret");
  expect(news.map(({ kind }) => kind)).toEqual(["lost", "validation", "lost", "validation"]);
  expect(asked.map((headers) => headers.get("last-event-id"))).toEqual([null, null, "7"]);
  expect(asked.every((headers) => headers.get("authorization") === "Bearer secret")).toBe(true);
}, 10_000);

test("a server that will not tell is not asked again", async () => {
  answers(new Response(null, { status: 401 }));
  expect(await collect()).toEqual([{ kind: "refused", status: 401 }]);
});

test("who has the final state already is told nothing more", async () => {
  answers(new Response(null, { status: 204 }));
  expect(await collect()).toEqual([]);
});
