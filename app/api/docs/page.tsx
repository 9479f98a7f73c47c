import type { Metadata } from "next";
import { headers } from "next/headers";
import * as z from "zod";
import { abbreviate } from "@/lib/api/abbreviate";
import { curlCommand } from "@/lib/api/curl";
import { parameterObjects } from "@/lib/api/openapi";
import type { AnyOperation, Example } from "@/lib/api/operation";
import { OPERATIONS } from "@/lib/api/operations";
import { PROBLEM_KINDS } from "@/lib/api/problem";
import { planSchema } from "@/lib/plan/schema";
import { answerExample } from "./answer-example";
import { FieldList } from "./field-list";
import { Code, Prose } from "./prose";

const PLAN_JSON_SCHEMA = z.toJSONSchema(planSchema, { io: "input" });

export const metadata: Metadata = {
  title: "API · Headroom",
  description: "Ask over HTTP whether fine-tuning a CLIP model fits on a GPU.",
};

export default async function ApiDocs() {
  const origin = await requestOrigin();
  const sections = await Promise.all(OPERATIONS.map((operation) => operationSection(operation, origin)));
  return (
    <main id="main" className="mx-auto w-full max-w-4xl px-4 py-8 sm:px-6 sm:py-12">
      <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">API</h1>
      <p className="mt-2 max-w-2xl text-muted">
        Answers the same questions as the planner, with the same figures. JSON in, JSON out; figures are bytes and FLOPs
        (2 × multiply–accumulates), a range is <Code>{"{ low, likely, high }"}</Code>, and every value that was filled
        in is listed in <Code>assumptions</Code>. No key is needed, except to run a validation from another machine.
      </p>
      <p className="mt-2">
        <a className="link" href="/api/openapi.json">
          OpenAPI 3.1 document
        </a>
      </p>
      <nav aria-label="Operations" className="panel mt-6 p-4">
        <ul className="space-y-1">
          {OPERATIONS.map((operation) => (
            <li key={operation.operationId}>
              <a className="link" href={`#${operation.operationId}`}>
                {operation.summary}
              </a>{" "}
              <span className="font-mono text-sm break-words text-muted">
                {operation.method} {operation.path}
              </span>
            </li>
          ))}
          <li>
            <a className="link" href="#plan">
              Fields of a plan
            </a>
          </li>
          <li>
            <a className="link" href="#problems">
              When something is wrong
            </a>
          </li>
        </ul>
      </nav>
      {sections}
      <section aria-labelledby="plan" className="mt-10">
        <h2 id="plan" className="text-xl font-semibold tracking-tight">
          Fields of a plan
        </h2>
        <p className="mt-2 max-w-2xl text-muted">What is left out is filled in and told in the answer.</p>
        <FieldList schema={PLAN_JSON_SCHEMA} />
      </section>
      <section aria-labelledby="problems" className="mt-10">
        <h2 id="problems" className="text-xl font-semibold tracking-tight">
          When something is wrong
        </h2>
        <p className="mt-2 max-w-2xl text-muted">
          Errors are <Code>application/problem+json</Code> after RFC 9457. <Code>type</Code> leads to the row of this
          list.
        </p>
        <dl className="mt-4 space-y-3">
          {Object.entries(PROBLEM_KINDS).map(([kind, { status, title, summary }]) => (
            <div key={kind} id={`problem-${kind}`} className="panel p-4 target:border-accent">
              <dt className="font-medium">
                {status} · {title}
              </dt>
              <dd className="mt-1 text-muted">
                <Prose text={summary} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </main>
  );
}

async function operationSection(operation: AnyOperation, origin: string) {
  const { operationId, method, path, summary, description, problems } = operation;
  const parameters = [...parameterObjects("path", operation.parameters), ...parameterObjects("query", operation.query)];
  const examples = await Promise.all(
    operation.examples.map(async (example) => ({ example, answer: await answerExample(operation, example) })),
  );
  return (
    <section key={operationId} aria-labelledby={operationId} className="mt-10">
      <h2 id={operationId} className="text-xl font-semibold tracking-tight">
        {summary}
      </h2>
      <p className="mt-1 font-mono text-sm">
        <span className="rounded bg-accent-soft px-1.5 py-0.5 font-semibold text-accent">{method}</span> {path}
      </p>
      <p className="mt-3 max-w-2xl">
        <Prose text={description} />
      </p>
      {parameters.length > 0 && (
        <dl className="mt-4 space-y-2">
          {parameters.map((parameter) => (
            <div key={parameter.name}>
              <dt>
                <Code>{parameter.name}</Code>{" "}
                <span className="text-sm text-muted">
                  {parameter.in} · {parameter.required ? "required" : "optional"}
                </span>
              </dt>
              <dd className="text-muted">
                <Prose text={parameter.description ?? ""} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {examples.map(({ example, answer }) => (
        <ExampleBlock
          key={example.id}
          example={example}
          command={curlCommand(origin, operation, example)}
          answer={answer}
        />
      ))}
      <p className="mt-4 text-sm text-muted">
        Problems:{" "}
        {[...problems, "internal" as const].map((kind, index) => (
          <span key={kind}>
            {index > 0 && ", "}
            <a className="link" href={`#problem-${kind}`}>
              {PROBLEM_KINDS[kind].status} {kind}
            </a>
          </span>
        ))}
      </p>
    </section>
  );
}

function ExampleBlock({ example, command, answer }: { example: Example; command: string; answer: unknown }) {
  return (
    <figure className="panel mt-4 overflow-hidden">
      <figcaption className="border-b border-line px-4 py-2 text-sm font-medium">{example.summary}</figcaption>
      <Listing text={command} label={`Command: ${example.summary}`} />
      {answer !== undefined && (
        <details className="border-t border-line">
          <summary className="px-4 py-2 text-sm text-accent">
            Answer, {example.status}; long lists are cut short
          </summary>
          <Listing text={JSON.stringify(abbreviate(answer), null, 2)} label={`Answer: ${example.summary}`} />
        </details>
      )}
    </figure>
  );
}

function Listing({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on its own, and only what has focus scrolls by keyboard
    <section className="max-h-96 overflow-auto px-4 py-3" tabIndex={0} aria-label={label}>
      <pre className="font-mono text-sm">{text}</pre>
    </section>
  );
}

/** Examples name the server that the reader is looking at, so that they work when pasted. */
async function requestOrigin(): Promise<string> {
  const sent = await headers();
  const host = sent.get("host") ?? "";
  const protocol = sent.get("x-forwarded-proto") === "https" ? "https" : "http";
  return /^[\w.:[\]-]+$/.test(host) ? `${protocol}://${host}` : "http://127.0.0.1:3000";
}
