import { DATA_SOURCES } from "@/lib/catalogue/data-sources";
import type { SourceId } from "@/lib/catalogue/sources";

type KnownSource = keyof typeof DATA_SOURCES;

/** Where a figure comes from; a link where it is on the web. */
export function Source({ id }: { id: SourceId }) {
  const source = isKnown(id) ? DATA_SOURCES[id] : null;
  if (source === null) return <cite className="not-italic">{id}</cite>;
  const words = (
    <>
      {source.title}
      <span className="text-muted"> ({source.locator})</span>
    </>
  );
  return "url" in source ? (
    <a className="link" href={source.url}>
      {words}
    </a>
  ) : (
    <cite className="not-italic">{words}</cite>
  );
}

function isKnown(id: SourceId): id is KnownSource {
  return Object.hasOwn(DATA_SOURCES, id);
}
