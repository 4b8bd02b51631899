// Which shards are missing, as one would ask for them again.

/** Shards that are named one by one. */
const NAMED = 5;
/** Shards that a run may have had, for all we know. */
const MOST = 10_000;

/**
 * The fewest shards that make these chunks of `all`, and no others: `["3/100"]`. Which shards there were
 * is nowhere written, but chunks are dealt out in turns. Undefined where it would be many, or where shards
 * were cut short.
 */
export function shardsOf(chunks: readonly number[], all: number): string[] | undefined {
  const set = new Set(chunks);
  for (let of = 1; of <= Math.min(all, MOST); of++) {
    const parts = new Set<number>();
    for (const chunk of chunks) if (parts.add(chunk % of).size > NAMED) break;
    if (parts.size > NAMED) continue;
    // A chunk of these shards that is not missing comes early: most tries end at once.
    const others = [...parts].some((part) => {
      for (let chunk = part; chunk < all; chunk += of) if (!set.has(chunk)) return true;
      return false;
    });
    if (!others) return [...parts].sort((a, b) => a - b).map((part) => `${part + 1}/${of}`);
  }
  return undefined;
}
