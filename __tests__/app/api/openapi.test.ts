import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GET as unknownPath } from "@/app/api/[[...path]]/route";
import { GET as getOpenApi } from "@/app/api/openapi.json/route";
import * as calibrations from "@/app/api/v1/calibrations/route";
import * as dataRequirements from "@/app/api/v1/data-requirements/route";
import * as estimates from "@/app/api/v1/estimates/route";
import * as gpus from "@/app/api/v1/gpus/route";
import * as models from "@/app/api/v1/models/route";
import * as plan from "@/app/api/v1/plans/[id]/route";
import * as plans from "@/app/api/v1/plans/route";
import * as recommendations from "@/app/api/v1/recommendations/route";
import * as searchBudgets from "@/app/api/v1/search-budgets/route";
import * as strategies from "@/app/api/v1/strategies/route";
import * as validationEvents from "@/app/api/v1/validations/[id]/events/route";
import * as validation from "@/app/api/v1/validations/[id]/route";
import * as validations from "@/app/api/v1/validations/route";
import { curlCommand } from "@/lib/api/curl";
import type { RouteHandler } from "@/lib/api/handle";
import { METHODS, type Method } from "@/lib/api/operation";
import { OPERATIONS } from "@/lib/api/operations";
import { PROBLEM_KINDS, problemSchema } from "@/lib/api/problem";
import { closeDatabases } from "@/lib/store/database";
import { proxy } from "@/proxy";
import { endValidations } from "../../support/end-validations";
import { ask, get } from "./requests";

const ROUTES: Readonly<Record<string, Readonly<Record<Method, RouteHandler>>>> = {
  "/api/v1/calibrations": calibrations,
  "/api/v1/data-requirements": dataRequirements,
  "/api/v1/estimates": estimates,
  "/api/v1/gpus": gpus,
  "/api/v1/models": models,
  "/api/v1/plans": plans,
  "/api/v1/plans/{id}": plan,
  "/api/v1/recommendations": recommendations,
  "/api/v1/search-budgets": searchBudgets,
  "/api/v1/strategies": strategies,
  "/api/v1/validations": validations,
  "/api/v1/validations/{id}": validation,
  "/api/v1/validations/{id}/events": validationEvents,
};

const EXAMPLES = OPERATIONS.flatMap((operation) =>
  operation.examples.map((example) => ({ name: `${operation.operationId} ${example.id}`, operation, example })),
);

const folder = mkdtempSync(path.join(tmpdir(), "headroom-examples-"));
const environment = { ...process.env };

beforeAll(() => {
  process.env = {
    ...environment,
    DATABASE_URL: "",
    HEADROOM_DB: path.join(folder, "plans.db"),
    HEADROOM_LISTENS_ON: "127.0.0.1",
  };
});

afterAll(async () => {
  await endValidations();
  process.env = environment;
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
  // The run that an example asked for is cancelled once its model is written.
}, 30_000);

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

async function openApi(): Promise<Document> {
  const response = getOpenApi();
  expect(response.status).toBe(200);
  return response.json();
}

test("every route is in the document, and the document promises no other", async () => {
  const folders = routeFolders("app/api/v1").map((route) => route.replace(/^app/, "").replace(/\[(\w+)\]/g, "{$1}"));
  const { openapi, paths } = await openApi();
  expect(openapi).toBe("3.1.0");
  expect(Object.keys(paths).sort()).toEqual(folders.sort());
  expect(Object.keys(ROUTES).sort()).toEqual(folders.sort());
});

test("every operation has its own id and is answered by the method it names", async () => {
  const { paths } = await openApi();
  const ids = Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(OPERATIONS.length);
  for (const route of Object.keys(paths)) {
    const answered = OPERATIONS.filter((operation) => operation.path === route).map(({ method }) => method);
    const other = METHODS.find((method) => !answered.includes(method)) ?? "GET";
    const { status } = await ask(handlerOf(route, other), new Request("http://127.0.0.1:3000/", { method: other }));
    expect({ route, status }).toEqual({ route, status: 405 });
  }
});

test("every reference in the document leads to a schema", async () => {
  const document = await openApi();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? "");
  expect(references.length).toBeGreaterThan(0);
  for (const target of references) {
    expect(Object.keys(document.components.schemas)).toContain(target.replace("#/components/schemas/", ""));
  }
});

test.each(EXAMPLES)("$name is answered as the documents say", async ({ operation, example }) => {
  const headers = { Host: "127.0.0.1:3000", "Content-Type": "application/json" };
  const init = example.body === undefined ? { headers } : { headers, body: JSON.stringify(example.body) };
  const request = new Request(`http://127.0.0.1:3000${example.url}`, { method: operation.method, ...init });
  const { status, json } = await ask(handlerOf(operation.path, operation.method), request);
  expect(status).toBe(example.status);
  (status === operation.status ? operation.answer : problemSchema).parse(json);
});

test.each(EXAMPLES)(
  "the command for $name gives a shell the request that the example means",
  ({ operation, example }) => {
    const command = curlCommand("http://127.0.0.1:3000", operation, example);
    const shell = spawnSync("sh", ["-c", `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: "utf8" });
    const [silent, address, ...rest] = shell.stdout.split("\0");
    expect([silent, address]).toEqual(["-s", `http://127.0.0.1:3000${example.url}`]);
    const body = rest[rest.indexOf("-d") + 1];
    expect(body === undefined || example.body === undefined ? undefined : JSON.parse(body)).toEqual(example.body);
  },
);

test("a command survives quotes in the plan", () => {
  const command = curlCommand(
    "http://localhost",
    { method: "POST" },
    { url: "/x", body: { name: 'it\'s "mine" $HOME' } },
  );
  const shell = spawnSync("sh", ["-c", `curl() { printf '%s' "$6"; }\n${command}`], { encoding: "utf8" });
  expect(JSON.parse(shell.stdout)).toEqual({ name: 'it\'s "mine" $HOME' });
});

test("an operation names one kind of problem for each status, so that a document can list them by status", () => {
  for (const { operationId, problems } of OPERATIONS) {
    const statuses = problems.map((kind) => PROBLEM_KINDS[kind].status);
    expect({ operationId, count: new Set(statuses).size }).toEqual({ operationId, count: problems.length });
  }
});

test("an address that cannot be decoded is answered with 400, and any other passes", async () => {
  for (const address of ["/p/%E0%A4%A", "/api/v1/plans/%FF", "/%"]) {
    const response = proxy(new Request(`http://127.0.0.1:3000${address}`));
    expect(problemSchema.parse(await response?.json())).toMatchObject({
      status: 400,
      type: "/api/docs#problem-bad-address",
    });
  }
  expect(proxy(new Request("http://127.0.0.1:3000/p/%41"))).toBeUndefined();
});

test("a path that leads nowhere is answered with 404 and the nearest one that does not", async () => {
  const { status, json } = await ask(unknownPath, get("/api/v1/estimate"));
  expect(status).toBe(404);
  expect(problemSchema.parse(json).detail).toContain("/api/v1/estimates");
});

test("the catalogue lists every GPU and model under the name that a plan takes, and can be searched", async () => {
  const all = OPERATIONS.find(({ operationId }) => operationId === "listGpus")?.answer.parse(
    (await ask(gpus.GET, get("/api/v1/gpus"))).json,
  );
  expect(all).toMatchObject({ gpus: expect.arrayContaining([expect.objectContaining({ id: "rtx-4090" })]) });
  const found = await ask(gpus.GET, get("/api/v1/gpus?search=A100%2080"));
  expect(JSON.stringify(found.json)).toContain("a100-sxm4-80gb");
  expect(JSON.stringify(found.json)).not.toContain("rtx-4090");
  const none = await ask(models.GET, get("/api/v1/models?search=no%20such%20model"));
  expect(none.json).toEqual({ models: [] });
});

function handlerOf(route: string, method: Method): RouteHandler {
  const handler = ROUTES[route]?.[method];
  if (handler === undefined) throw new Error(`no handler is imported for ${method} ${route}`);
  return handler;
}

function routeFolders(folderPath: string): string[] {
  return readdirSync(folderPath, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return routeFolders(`${folderPath}/${entry.name}`);
    return entry.name === "route.ts" ? [folderPath] : [];
  });
}
