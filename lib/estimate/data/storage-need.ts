import { type Term, term } from "../term";

/** What images take on a disk, and how fast it must read. */
export interface StorageNeed {
  readonly bytes: number;
  readonly term: Term;
  readonly averageImageBytes: number;
  /** At the given training speed; null when that is not known. */
  readonly loadingBytesPerSecond: number | null;
}

/** @param samplesPerSecond  of training, all devices together */
export function storageNeed(
  imageCount: number,
  averageImageBytes: number,
  samplesPerSecond: number | null,
): StorageNeed {
  const storage = term("storage", "Storage", "bytes", [
    { name: "images", value: imageCount, unit: "images" },
    { name: "bytes of an image file", value: averageImageBytes, unit: "bytes" },
  ]);
  return {
    bytes: storage.value,
    term: storage,
    averageImageBytes,
    loadingBytesPerSecond: samplesPerSecond === null ? null : samplesPerSecond * averageImageBytes,
  };
}
