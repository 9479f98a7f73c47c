/** Finds what a person probably meant when a name is not known. */

/** A name as it is compared: case, spaces and punctuation do not tell two names apart. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}

/** Comparing is quadratic in length, and no known name is longer than this. */
const LONGEST_COMPARED = 80;

/**
 * The known names nearest to one that is not known, best first: those that need the fewest edits, as long as at least
 * half of the name agrees or one contains the other.
 */
export function nearestNames(name: string, known: readonly string[], count = 3): string[] {
  const wanted = foldName(name.slice(0, LONGEST_COMPARED));
  if (wanted === "") return [];
  return known
    .map((candidate) => ({ candidate, distance: nameDistance(wanted, foldName(candidate)) }))
    .filter(({ distance }) => distance <= 0.5)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** 0 for equal names, 1 for names that share nothing. A part of a longer name counts as near. */
function nameDistance(wanted: string, candidate: string): number {
  const longest = Math.max(wanted.length, candidate.length);
  const share = editDistance(wanted, candidate) / longest;
  const contained = wanted.length >= 3 && (candidate.includes(wanted) || wanted.includes(candidate));
  return contained ? Math.min(share, 0.25 + 0.2 * share) : share;
}

/** Insertions, deletions and substitutions that turn one text into the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
