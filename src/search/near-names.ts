const MOST = 5;

/** Names that the caller may have meant, the nearest first. */
export function nearNames(name: string, known: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  const judged = [...new Set(known)].map((each) => ({ each, distance: distance(wanted, each.toLowerCase()) }));
  return judged
    .filter(({ distance: far }) => far <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, MOST)
    .map(({ each }) => each);
}

/** Levenshtein's distance; a name that begins with the other is near. */
function distance(a: string, b: string): number {
  if (a.length > 2 && (b.startsWith(a) || a.startsWith(b))) return 1;
  if (Math.abs(a.length - b.length) > 4) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? Number.POSITIVE_INFINITY;
}
