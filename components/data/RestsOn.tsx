import type { DataOverview } from "@/lib/api/data-overview";
import { DATA_STRATEGIES } from "@/lib/estimate/data/data-strategies";
import { formatAccuracy, formatCount, formatFigure } from "@/lib/format";
import type { Assumption } from "@/lib/plan/plan";
import { DATA_PARAMETERS, fieldText } from "./fields";
import { Source } from "./Source";

const STATUS_WORDS = {
  given: "yours",
  default: "our assumption",
  measured: "measured",
  derived: "derived",
} as const satisfies Record<Assumption["status"], string>;

/** What went into the answer about data, where it comes from, and what did not go in. */
export function RestsOn({ overview: { requirement, ranking, search, plan } }: { overview: DataOverview }) {
  const { caveats, sources, slopes } = requirement;
  const isModelAssumed = requirement.request.model === null && typeof plan.model === "string";
  const assumptions = distinct([
    ...(isModelAssumed ? [{ field: "model", value: String(plan.model), status: "default" } as const] : []),
    ...requirement.assumptions,
    ...(ranking?.assumptions ?? []),
    ...(search?.assumptions ?? []),
  ]);
  return (
    <section aria-labelledby="rests-title" className="panel p-4 sm:p-6">
      <h3 id="rests-title" className="text-lg font-semibold tracking-tight">
        What this rests on
      </h3>
      {caveats.length > 0 && (
        <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
          {caveats.map(({ code, text }) => (
            <li key={`${code} ${text}`}>{text}</li>
          ))}
        </ul>
      )}
      {slopes !== null && (
        <p className="mt-2 text-sm">
          The curve’s slope is {formatFigure(slopes.error)} on the scale of errors and {formatFigure(slopes.odds)} on
          that of odds.{" "}
          {slopes.pilotError === null
            ? "It is that"
            : `${percentOf(1 - slopes.priorWeight)} of it is your pilot’s own, the rest that`}{" "}
          of published curves of{" "}
          {slopes.family === "all" ? "all strategies" : DATA_STRATEGIES[requirement.request.strategy].label}.{" "}
          <a className="link" href="/accuracy">
            How well that predicts
          </a>
        </p>
      )}
      <details className="mt-3 text-sm">
        <summary className="link w-fit">{valuesLine(assumptions)}</summary>
        <ul className="mt-2 divide-y divide-line">
          {assumptions.map((assumption) => (
            <li
              key={assumption.field}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-1.5 sm:grid-cols-[minmax(0,16rem)_minmax(0,1fr)_auto]"
            >
              <span className="min-w-0 break-words">{labelOf(assumption.field)}</span>
              <span className="min-w-0 max-sm:col-span-2 max-sm:row-start-2">
                <strong className="font-medium">{valueText(assumption)}</strong>
                {assumption.note !== undefined && <span className="block text-muted">{assumption.note}</span>}
              </span>
              <span className="text-muted max-sm:row-start-1">{STATUS_WORDS[assumption.status]}</span>
            </li>
          ))}
        </ul>
      </details>
      <p className="mt-3 text-sm">Sources:</p>
      <ul className="list-disc space-y-0.5 pl-5 text-sm">
        {[...new Set([...sources, ...(search?.sources ?? [])])].map((id) => (
          <li key={id}>
            <Source id={id} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function valuesLine(values: readonly Assumption[]): string {
  const ours = values.filter(({ status }) => status === "default").length;
  const all = `${values.length} values that you left open`;
  return ours === values.length ? `${all}, all of them our assumptions` : `${all}, ${ours} of them our assumptions`;
}

function percentOf(fraction: number): string {
  return formatAccuracy(fraction);
}

function labelOf(field: string): string {
  const name = DATA_PARAMETERS.find((each) => each !== "unit" && fieldText(each).path === field);
  return name === undefined ? field : fieldText(name).label;
}

function valueText({ value, unit }: Assumption): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (unit === "fraction") return formatAccuracy(value);
  const text = Number.isInteger(value) ? formatCount(value) : formatFigure(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

function distinct(assumptions: readonly Assumption[]): Assumption[] {
  return [...new Map(assumptions.toReversed().map((each) => [each.field, each])).values()].toReversed();
}
