// Which of some words was meant by one that is none of them.

/** Edits that a word may be away, as a share of the longer one. */
const FAR = 0.5;

/**
 * Finds the word that another one, misspelt or remembered from elsewhere, is likely to stand for: however it is
 * written (`batch_size` is near `batchSize`), shortened to initials (`lr`) or to a part (`epochs`).
 *
 * @param word What was said.
 * @param words What there is.
 * @returns The nearest; `undefined` where none is near.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nearest } from "@likely/core/check";
 *
 * const words = ["maxEpochs", "batchSize", "learningRate"];
 * assertEquals(["epochs", "batch_size", "lr", "colour"].map((word) => nearest(word, words)), [
 *   "maxEpochs",
 *   "batchSize",
 *   "learningRate",
 *   undefined,
 * ]);
 * ```
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  let [found, least]: [string | undefined, number] = [undefined, FAR];
  for (const candidate of words) {
    const distance = distanceOf(word, candidate);
    if (distance < least) [found, least] = [candidate, distance];
  }
  return found;
}

/** In [0, 1]. */
function distanceOf(word: string, candidate: string): number {
  const [a, b] = [word, candidate].map((text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")) as [
    string,
    string,
  ];
  if (a === b) return 0;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (a === initials(candidate)) return 0.1;
  // A part of the other: the more of it, the nearer.
  if (short.length >= 3 && long.includes(short)) return 0.2 * (1 - short.length / long.length) + 0.1;
  return edits(a, b) / long.length;
}

function initials(candidate: string): string {
  return candidate.replace(/[^\p{L}]/gu, "-").split(/-|(?=\p{Lu})/u).map((part) => part[0] ?? "").join("")
    .toLowerCase();
}

/** Letters to add, leave out, replace, or swap with the next. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, rows[i - 1]![j - 1]! + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
