import type { Plan } from "@/lib/plan/plan";
import { type FieldPair, fieldPairs } from "./differences";

/** The fields in which the plans differ; those that agree are a click away. */
export function FieldDifferences({ a, b }: { a: Plan; b: Plan }) {
  const pairs = fieldPairs(a, b);
  const different = pairs.filter(({ differs }) => differs);
  const same = pairs.filter(({ differs }) => !differs);
  return (
    <section aria-labelledby="fields-title" className="panel p-4 sm:p-6">
      <h3 id="fields-title" className="text-lg font-semibold tracking-tight">
        {different.length === 0
          ? "The plans are the same so far: change one of them in the form"
          : `${different.length} ${different.length === 1 ? "field differs" : "fields differ"}`}
      </h3>
      {different.length > 0 && <Fields caption="Fields that differ" pairs={different} />}
      <details className="mt-3 text-sm">
        <summary className="link w-fit">{same.length} fields are the same</summary>
        <Fields caption="Fields that are the same" pairs={same} />
      </details>
    </section>
  );
}

function Fields({ caption, pairs }: { caption: string; pairs: readonly FieldPair[] }) {
  return (
    <table className="mt-2 w-full table-fixed text-sm">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-left text-muted">
          <th scope="col" className="py-1.5">
            <span className="sr-only">Field</span>
          </th>
          <th scope="col" className="py-1.5 pl-3 font-medium">
            A
          </th>
          <th scope="col" className="py-1.5 pl-3 font-medium">
            B
          </th>
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ field, label, a, b, differs }) => (
          <tr key={field} className="border-t border-line align-top">
            <th scope="row" className="py-1.5 text-left font-normal break-words">
              {label}
            </th>
            <td className="py-1.5 pl-3 break-words">{a}</td>
            <td className="py-1.5 pl-3 break-words">
              {differs ? <mark className="rounded bg-accent-soft px-1 font-medium text-ink">{b}</mark> : b}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
