import type * as z from "zod";
import { formatCount } from "@/lib/format";
import { Code, Prose } from "./prose";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The fields of a JSON schema: name, what each takes, its default and its meaning. */
export function FieldList({ schema }: { schema: JsonSchema }) {
  const { properties = {}, required = [] } = schema;
  return (
    <dl className="panel mt-4 divide-y divide-line">
      {Object.entries(properties).map(([name, property]) => (
        <div key={name} className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[14rem_1fr]">
          <dt className="font-mono text-sm">
            {name}
            {required.includes(name) && <span className="ml-2 font-sans text-muted">required</span>}
          </dt>
          {isSchema(property) && (
            <dd className="min-w-0">
              {property.description !== undefined && (
                <p>
                  <Prose text={property.description} />
                </p>
              )}
              <p className="text-sm text-muted">
                {takes(property)}
                {property.default !== undefined && (
                  <>
                    {" · default "}
                    <Code>{shownDefault(property.default)}</Code>
                  </>
                )}
              </p>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** Such as `integer, 1 to 4,096` or `adamw, sgd`. */
function takes(schema: JsonSchema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.map(takes).join(", or ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(String).join(", ");
  if (schema.type === "object") {
    return `{ ${Object.entries(schema.properties ?? {})
      .map(fieldOf)
      .join(", ")} }`;
  }
  if (schema.type === "array") return `a list of ${isSchema(schema.items) ? takes(schema.items) : "values"}`;
  const type = typeof schema.type === "string" ? schema.type : "anything";
  const { minimum, maximum } = schema;
  return minimum === undefined || maximum === undefined
    ? type
    : `${type}, ${formatCount(minimum)} to ${formatCount(maximum)}`;
}

function fieldOf([name, schema]: readonly [string, boolean | JsonSchema]): string {
  return isSchema(schema) && schema.const !== undefined ? `${name}: ${String(schema.const)}` : name;
}

function shownDefault(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
