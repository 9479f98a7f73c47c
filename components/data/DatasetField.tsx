"use client";

import { FileUp, FolderUp } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { formatBytes, formatCount } from "@/lib/format";
import { droppedFiles, pickedFiles } from "./dropped-files";
import type { Inspection, InspectionControl } from "./use-inspection";

/** Where a dataset is handed over: dropped, or picked as files or as a folder. It is read here and sent nowhere. */
export function DatasetField({ inspection, start, cancel }: InspectionControl) {
  const [isOver, setIsOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  usePageDrop(setIsOver, (items) => start((onCount) => droppedFiles(items, onCount)));

  function onPick(input: HTMLInputElement) {
    if (input.files === null || input.files.length === 0) return;
    const handed = pickedFiles(input.files);
    // The same choice must be told again when it is made again.
    input.value = "";
    start(async () => handed);
  }

  return (
    <fieldset
      className={`min-w-0 rounded-lg border-2 border-dashed px-3 py-3 ${isOver ? "border-accent bg-accent-soft" : "border-edge"}`}
    >
      <legend className="px-1 font-medium">Have a dataset?</legend>
      <p className="text-[0.8125rem] leading-snug text-muted">
        Drop it on this page: JSON, CSV, TSV, Parquet, WebDataset tars or a folder of images. It is read in this browser
        and sent nowhere.
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <button type="button" className="button text-sm" onClick={() => files.current?.click()}>
          <FileUp aria-hidden="true" className="size-4" />
          Choose files
        </button>
        <button type="button" className="button text-sm" onClick={() => folder.current?.click()}>
          <FolderUp aria-hidden="true" className="size-4" />
          Choose a folder
        </button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        accept=".json,.jsonl,.ndjson,.csv,.tsv,.parquet,.tar,.tgz,.gz,image/*"
        aria-label="Dataset files"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => onPick(event.currentTarget)}
      />
      <input
        ref={(element) => {
          folder.current = element;
          // React does not know the attribute, browsers do.
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        aria-label="Dataset folder"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => onPick(event.currentTarget)}
      />
      <div aria-live="polite">
        <Progress inspection={inspection} onCancel={cancel} />
      </div>
    </fieldset>
  );
}

/** Files dropped anywhere on the page are meant for it: a browser would leave the page and show them. */
function usePageDrop(onOver: (isOver: boolean) => void, onItems: (items: DataTransferItemList) => void) {
  const over = useEffectEvent(onOver);
  const take = useEffectEvent(onItems);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    function onDrag(event: DragEvent) {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over(true);
    }
    function onLeave(event: DragEvent) {
      // Left the window, not one element for the next.
      if (event.relatedTarget === null) over(false);
    }
    function onDrop(event: DragEvent) {
      if (!holdsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      over(false);
      take(event.dataTransfer.items);
    }
    window.addEventListener("dragover", onDrag);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragover", onDrag);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("drop", onDrop);
    };
  }, []);
}

function Progress({ inspection, onCancel }: { inspection: Inspection; onCancel: () => void }) {
  if (inspection.kind === "refused" || inspection.kind === "failed") {
    return <p className="mt-2 text-[0.8125rem] font-medium wrap-anywhere text-over">{inspection.message}</p>;
  }
  if (inspection.kind === "report") {
    const { report } = inspection;
    return (
      <p className="mt-2 text-[0.8125rem] wrap-anywhere">
        {inspection.name}: {formatCount(report.entryCount)} entries read
        {Object.keys(report.plan).length > 0 && ", and the form filled from them"}.
      </p>
    );
  }
  if (inspection.kind === "idle") return null;
  return (
    <div className="mt-2 flex items-center gap-3 text-[0.8125rem]">
      {inspection.kind === "gathering" ? (
        <span>Looking through the folder: {formatCount(inspection.fileCount)} files</span>
      ) : (
        <span className="min-w-0 flex-1">
          <progress
            aria-label="Read of the dataset"
            className="h-2 w-full accent-accent"
            max={Math.max(1, inspection.totalBytes)}
            value={Math.min(inspection.readBytes, inspection.totalBytes)}
          />
          <span className="block tabular-nums">
            {formatBytes(inspection.readBytes, "MiB")} of {formatBytes(inspection.totalBytes, "MiB")}
            {inspection.entryCount > 0 && `, ${formatCount(inspection.entryCount)} entries`}
          </span>
        </span>
      )}
      <button type="button" className="button min-h-8 shrink-0 text-sm" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
