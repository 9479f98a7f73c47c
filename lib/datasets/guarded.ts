import { type Found, faultFound } from "./entry";
import { isAbsent, reasonOf } from "./read-error";

/** A file that fails while it is read – a disk, a link to nowhere, gzip that ends early – costs what it holds, not the others. */
export async function* guarded(place: string, source: AsyncIterable<Found>): AsyncGenerator<Found> {
  let count = 0;
  try {
    for await (const found of source) {
      count += 1;
      yield found;
    }
  } catch (error) {
    if (isOurs(error)) throw error;
    const reason = isAbsent(error) ? "is not there: it may be a link to nowhere" : `cannot be read: ${reasonOf(error)}`;
    yield count === 0
      ? faultFound(place, "unreadable_file", reason)
      : faultFound(place, "cut_off", `cannot be read to its end (${reasonOf(error)}): what came before is read`);
  }
}

/** Mistakes of a program, not of a file. Told by their names: an error may come from another realm than ours. */
function isOurs(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "name" in error &&
    (error.name === "TypeError" || error.name === "ReferenceError")
  );
}
