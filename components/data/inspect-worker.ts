/** Reads a dataset beside the page, in the browser: nothing of it leaves the machine. Ended by the page when cancelled. */

import { inspectDataset } from "@/lib/datasets/inspect-dataset";
import { NoDatasetError, openDataset } from "@/lib/datasets/open-dataset";
import { reasonOf } from "@/lib/datasets/read-error";
import { randomNumbers } from "@/lib/estimate/search/random-numbers";
import { handedDataset } from "./browser-files";
import type { InspectNews, InspectRequest } from "./inspect-messages";

const MOST_IMAGES = 2000;
const CONTEXT_LENGTH = 77;
const NEWS_EVERY_MILLISECONDS = 100;

self.addEventListener("message", (event: MessageEvent<InspectRequest>) => void answer(event.data));

async function answer({ handed }: InspectRequest): Promise<void> {
  let [readBytes, entryCount, told] = [0, 0, 0];
  const tell = () => {
    const now = performance.now();
    if (now - told < NEWS_EVERY_MILLISECONDS) return;
    told = now;
    say({ kind: "progress", entryCount, readBytes });
  };
  const { name, files, folder, findImage } = handedDataset(handed, (byteCount) => {
    readBytes += byteCount;
    tell();
  });
  try {
    const dataset = await openDataset({ name, files, folder, findImage });
    const report = await inspectDataset(dataset, {
      mostImages: MOST_IMAGES,
      contextLength: CONTEXT_LENGTH,
      loadTokenCounter: async () => (await import("@/lib/datasets/caption-tokens")).clipTokenCounter(),
      random: randomNumbers(1),
      onFault: () => {},
      onProgress: (count) => {
        entryCount = count;
        tell();
      },
    });
    say({ kind: "report", name, report });
  } catch (error) {
    if (error instanceof NoDatasetError) say({ kind: "refused", message: error.message });
    else say({ kind: "failed", message: reasonOf(error) });
  }
}

function say(news: InspectNews): void {
  self.postMessage(news);
}
