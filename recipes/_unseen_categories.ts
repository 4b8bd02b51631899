import type { Points } from "@likely/core";
import type { XColumn } from "./x_column.ts";

/** Sentences about categories that never occurred. */
export function unseenCategories({ data, n, dim }: Points, columns: readonly XColumn[]): string[] {
  return columns.flatMap((column, j) => {
    if (column.kind !== "category") return [];
    const seen = new Set(Array.from({ length: n }, (_, i) => data[i * dim + j]!));
    const unseen = Array.from({ length: column.categories }, (_, c) => c).filter((c) => !seen.has(c));
    if (unseen.length === 0) return [];
    return [
      `In column ${j} of x ${unseen.length} of ${column.categories} categories, the first ${
        unseen[0]
      }, never ` +
      `occurred in ${n} simulations: their probabilities are guesses`,
    ];
  });
}
