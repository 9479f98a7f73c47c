import type * as z from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The fields of a JSON schema as a table: name, what it takes, default, meaning. */
export function FieldTable({ schema }: { schema: JsonSchema }) {
  const { properties = {}, required = [] } = schema;
  return (
    <div className="panel mt-4 overflow-x-auto">
      <table className="w-full text-left text-sm">
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className="px-4 py-2 font-medium">
              Field
            </th>
            <th scope="col" className="px-4 py-2 font-medium">
              Takes
            </th>
            <th scope="col" className="px-4 py-2 font-medium">
              Meaning
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(properties).map(([name, property]) => (
            <tr key={name} className="border-b border-line align-top last:border-0">
              <th scope="row" className="px-4 py-2 font-mono font-normal">
                {name}
                {required.includes(name) && <span className="block font-sans text-muted">required</span>}
              </th>
              <td className="px-4 py-2">{typeof property === "boolean" ? "anything" : takes(property)}</td>
              <td className="px-4 py-2 text-muted">{typeof property === "boolean" ? "" : property.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Such as `1 to 4096` or `adamw, sgd`. */
function takes(schema: JsonSchema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.map(takes).join(" — or ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(String).join(", ");
  if (schema.type === "object")
    return `{ ${Object.entries(schema.properties ?? {})
      .map(fieldOf)
      .join(", ")} }`;
  if (schema.type === "array") return `list of ${isSchema(schema.items) ? takes(schema.items) : "values"}`;
  const bounds =
    schema.minimum !== undefined && schema.maximum !== undefined ? ` ${schema.minimum} to ${schema.maximum}` : "";
  return `${typeof schema.type === "string" ? schema.type : "anything"}${bounds}`;
}

function fieldOf([name, schema]: readonly [string, boolean | JsonSchema]): string {
  return isSchema(schema) && schema.const !== undefined ? `${name}: ${String(schema.const)}` : name;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
