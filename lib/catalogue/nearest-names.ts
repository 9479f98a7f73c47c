/** Finds what a person probably meant when a name is not known. */

/** A name as it is compared: case, spaces and punctuation do not tell two names apart. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}

/** Comparing is quadratic in length; names that differ further on are told apart well enough by this much. */
const LONGEST_COMPARED = 48;

/** Names that differ by a larger share of their letters do not resemble each other. */
const FARTHEST = 0.5;

/**
 * The known names nearest to one that is not known, best first: those that need the fewest edits, as long as at least
 * half of the name agrees or one contains the other.
 */
export function nearestNames(name: string, known: readonly string[], count = 3): string[] {
  const wanted = foldName(name.slice(0, 2 * LONGEST_COMPARED)).slice(0, LONGEST_COMPARED);
  if (wanted === "") return [];
  return known
    .map((candidate) => ({ candidate, distance: nameDistance(wanted, foldedOnce(candidate)) }))
    .filter(({ distance }) => distance <= FARTHEST)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

const folded = new Map<string, string>();

/** Known names are few and asked for again and again; a hostile caller's own names are not kept for long. */
function foldedOnce(name: string): string {
  const found = folded.get(name);
  if (found !== undefined) return found;
  if (folded.size > 2000) folded.clear();
  const result = foldName(name).slice(0, LONGEST_COMPARED);
  folded.set(name, result);
  return result;
}

/** 0 for equal names, 1 for names that share nothing. A part of a longer name counts as near. */
function nameDistance(wanted: string, candidate: string): number {
  const longest = Math.max(wanted.length, candidate.length);
  const contained = wanted.length >= 3 && (candidate.includes(wanted) || wanted.includes(candidate));
  if (contained) return 0.25 + (0.2 * (longest - Math.min(wanted.length, candidate.length))) / longest;
  return editDistance(wanted, candidate, Math.floor(FARTHEST * longest)) / longest;
}

const previousRow = new Uint16Array(LONGEST_COMPARED + 1);
const currentRow = new Uint16Array(LONGEST_COMPARED + 1);

/**
 * Insertions, deletions and substitutions that turn one text into the other (Levenshtein).
 *
 * @param most  beyond this many the count does not matter, and Infinity is returned
 */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let [previous, current] = [previousRow, currentRow];
  for (let column = 0; column <= b.length; column++) previous[column] = column;
  for (let row = 1; row <= a.length; row++) {
    const letter = a.charCodeAt(row - 1);
    let left = row;
    let smallest = row;
    current[0] = row;
    for (let column = 1; column <= b.length; column++) {
      const diagonal = previous[column - 1] ?? 0;
      const above = previous[column] ?? 0;
      const substituted = diagonal + (letter === b.charCodeAt(column - 1) ? 0 : 1);
      left = Math.min(substituted, above + 1, left + 1);
      current[column] = left;
      if (left < smallest) smallest = left;
    }
    if (smallest > most) return Number.POSITIVE_INFINITY;
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}
