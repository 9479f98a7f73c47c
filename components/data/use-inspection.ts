"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { DatasetReport } from "@/lib/datasets/dataset-report";
import type { HandedFile } from "./browser-files";
import type { InspectNews, InspectRequest } from "./inspect-messages";

export type Inspection =
  | { readonly kind: "idle" }
  /** Folders are walked through. */
  | { readonly kind: "gathering"; readonly fileCount: number }
  | { readonly kind: "reading"; readonly entryCount: number; readonly readBytes: number; readonly totalBytes: number }
  | { readonly kind: "report"; readonly name: string; readonly report: DatasetReport }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export interface InspectionControl {
  readonly inspection: Inspection;
  /** @param gather  gives the files, telling how many it has found so far */
  readonly start: (gather: (onCount: (count: number) => void) => Promise<readonly HandedFile[]>) => void;
  readonly cancel: () => void;
}

/** Reads one dataset at a time in a worker, which is loaded with the first. */
export function useInspection(onReport: (report: DatasetReport) => void): InspectionControl {
  const [inspection, setInspection] = useState<Inspection>({ kind: "idle" });
  const worker = useRef<Worker | null>(null);
  // A newer one makes the answers of those before it worthless.
  const round = useRef(0);

  const stop = useCallback(() => {
    round.current += 1;
    worker.current?.terminate();
    worker.current = null;
  }, []);
  useEffect(() => stop, [stop]);

  const start: InspectionControl["start"] = (gather) => {
    stop();
    const own = round.current;
    const set = (next: Inspection) => {
      if (own === round.current) setInspection(next);
    };
    set({ kind: "gathering", fileCount: 0 });
    gather((fileCount) => set({ kind: "gathering", fileCount })).then(
      (handed) => {
        if (own !== round.current) return;
        if (handed.length === 0) return set({ kind: "refused", message: "There is no file in it." });
        const totalBytes = handed.reduce((sum, { file }) => sum + file.size, 0);
        set({ kind: "reading", entryCount: 0, readBytes: 0, totalBytes });
        const reader = new Worker(new URL("./inspect-worker.ts", import.meta.url), { type: "module" });
        worker.current = reader;
        reader.onmessage = ({ data }: MessageEvent<InspectNews>) => {
          if (own !== round.current) return;
          if (data.kind === "progress") return set({ ...data, kind: "reading", totalBytes });
          stop();
          setInspection(data);
          if (data.kind === "report") onReport(data.report);
        };
        reader.onerror = ({ message }) => {
          set({ kind: "failed", message: message || "The reader could not be loaded." });
        };
        reader.postMessage({ handed } satisfies InspectRequest);
      },
      (error: unknown) => set({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  };

  const cancel = useCallback(() => {
    stop();
    setInspection({ kind: "idle" });
  }, [stop]);

  return { inspection, start, cancel };
}
