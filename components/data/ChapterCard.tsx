import type { DataOverview } from "@/lib/api/data-overview";
import { DATA_STRATEGIES } from "@/lib/estimate/data/data-strategies";
import { formatBytes, formatCount, formatRoughSeconds } from "@/lib/format";

/** What the chapter's rules say of the same task, and where they err. */
export function ChapterCard({ overview: { requirement, ranking } }: { overview: DataOverview }) {
  const { chapterBaseline: chapter, imagesNeeded } = requirement;
  if (chapter === null) return null;
  const likely = imagesNeeded?.likely ?? null;
  const rule = ranking?.chapterBaseline;
  return (
    <section aria-labelledby="chapter-title" className="panel p-4 sm:p-6">
      <h3 id="chapter-title" className="text-lg font-semibold tracking-tight">
        The chapter's rule: {formatCount(chapter.sampleCount)} images
        {likely !== null && likely > 0 && ` – ours: ${formatCount(likely)} for training`}
      </h3>
      <p className="mt-0.5 text-sm text-muted">The rule that this project started from, to be compared with.</p>
      <div className="mt-3 grid gap-x-10 gap-y-4 text-sm md:grid-cols-2">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
          <dt className="text-muted">Split</dt>
          <dd>
            {formatCount(chapter.split.train)} + {formatCount(chapter.split.validation)} +{" "}
            {formatCount(chapter.split.test)}
          </dd>
          <dt className="text-muted">Images of each class</dt>
          <dd>
            at least {formatCount(chapter.perClass.minimum)}, better {formatCount(chapter.perClass.recommended)}, best{" "}
            {formatCount(chapter.perClass.ideal)}
          </dd>
          <dt className="text-muted">Augmentations</dt>
          <dd className="wrap-anywhere">{chapter.augmentations.join(", ")}</dd>
          <dt className="text-muted">Labelling</dt>
          <dd>{formatRoughSeconds(chapter.annotationSeconds)}</dd>
          <dt className="text-muted">Storage</dt>
          <dd>{formatBytes(chapter.storageBytes, "GB")}</dd>
          {rule !== undefined && (
            <>
              <dt className="text-muted">Strategy</dt>
              <dd>
                {DATA_STRATEGIES[rule.strategy].label}
                {rule.agrees ? ", as here" : ", unlike here"}: {rule.reason}
              </dd>
            </>
          )}
        </dl>
        <div>
          <h4 className="font-medium">Where it errs</h4>
          <ul className="mt-1 list-disc space-y-1 pl-5">
            {chapter.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}
