/** The OpenAPI 3.1 document, generated from the operations and their schemas. */

import * as z from "zod";
import type { AnyOperation } from "./operation";
import { ANSWER_SCHEMAS, INPUT_SCHEMAS, OPERATIONS } from "./operations";
import { PROBLEM_KINDS, type ProblemKind, problemSchema } from "./problem";

type Json = Readonly<Record<string, unknown>>;

const PROBLEM_TYPE = "application/problem+json";
const JSON_TYPE = "application/json";
const TOKEN = "validationToken";

/** Version of the API: the first figure is the one in its paths. */
const API_VERSION = "1.0.0";

export function openApiDocument(): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Headroom",
      version: API_VERSION,
      summary: "Does fine-tuning this CLIP model fit on this GPU, and what fills the memory?",
      description:
        "Figures are bytes and FLOPs (2 × multiply–accumulates). A range is `{low, likely, high}`. Values that were filled in " +
        "are listed in `assumptions`, what is not modelled in `caveats`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: pathItems(),
    components: {
      schemas: componentSchemas(),
      securitySchemes: { [TOKEN]: { type: "http", scheme: "bearer" } },
    },
  };
}

function pathItems(): Json {
  const items: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const item = items[operation.path] ?? {};
    item[operation.method.toLowerCase()] = operationObject(operation);
    items[operation.path] = item;
  }
  return items;
}

function operationObject(operation: AnyOperation): Json {
  const { operationId, summary, description, body, status, answer, answerSummary, answerType } = operation;
  const parameters = [...parameterObjects("path", operation.parameters), ...parameterObjects("query", operation.query)];
  const headers =
    status === 201 || status === 202
      ? { headers: { Location: { description: "Where to read it", schema: { type: "string" } } } }
      : {};
  return {
    operationId,
    summary,
    description,
    ...(parameters.length === 0 ? {} : { parameters }),
    // Either way: from the machine itself no token is asked for.
    ...(operation.problems.includes("unauthorized") ? { security: [{}, { [TOKEN]: [] }] } : {}),
    ...(body.schema === null ? {} : { requestBody: requestBody(operation, body.schema) }),
    responses: {
      [status]: {
        description: answerSummary,
        ...headers,
        content: { [answerType ?? JSON_TYPE]: { schema: reference(answer) } },
      },
      ...Object.fromEntries(operation.problems.map((kind) => [PROBLEM_KINDS[kind].status, problemResponse(kind)])),
      default: problemResponse("internal"),
    },
  };
}

function requestBody(operation: AnyOperation, schema: z.ZodType): Json {
  const examples = operation.examples
    .filter(({ status }) => status === operation.status)
    .map(({ id, summary, body }) => [id, { summary, value: body }]);
  return {
    required: true,
    content: { [JSON_TYPE]: { schema: reference(schema), examples: Object.fromEntries(examples) } },
  };
}

function problemResponse(kind: ProblemKind): Json {
  return {
    description: PROBLEM_KINDS[kind].summary,
    content: { [PROBLEM_TYPE]: { schema: reference(problemSchema) } },
  };
}

/** One parameter of a query or a path. */
export interface ParameterObject {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly description: string | undefined;
  readonly schema: z.core.JSONSchema.BaseSchema;
  readonly style?: "form";
  readonly explode?: boolean;
}

export function parameterObjects(place: "path" | "query", schema: z.ZodObject): ParameterObject[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const { description, ...rest } = property;
    // Commas within one parameter, as in include=timeline,changes.
    const list = property.type === "array" ? ({ style: "form", explode: false } as const) : {};
    return [{ name, in: place, required: required.includes(name), description, ...list, schema: rest }];
  });
}

function reference(schema: z.ZodType): Json {
  const name = names.get(schema);
  if (name === undefined) throw new Error("a schema that operations use has no name in the OpenAPI document");
  return { $ref: pointer(name) };
}

function pointer(name: string): string {
  return `#/components/schemas/${name}`;
}

const names = new Map<z.ZodType, string>(
  Object.entries({ ...INPUT_SCHEMAS, ...ANSWER_SCHEMAS }).map(([name, schema]) => [schema, name]),
);

function componentSchemas(): Json {
  const components = { ...converted(INPUT_SCHEMAS, "input"), ...converted(ANSWER_SCHEMAS, "output") };
  return Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function converted(schemas: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: found } = z.toJSONSchema(registry, { uri: pointer, io });
  return Object.fromEntries(
    Object.entries(found).map(([name, { $schema: _dialect, $id: _address, ...schema }]) => [name, schema]),
  );
}
