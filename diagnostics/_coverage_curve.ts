// From ranks of credibility to a coverage curve.

import type { CoverageCurve } from "./coverage_curve.ts";
import { ecdfBand, ecdfTest, type Ranks } from "./uniformity.ts";

/** The curve of ranks that count the draws a region must hold before it holds the truth. */
export function coverageCurve(ranks: Ranks, confidence: number | undefined, failed: number): CoverageCurve {
  const { values, cells } = ranks;
  const { z, low, high } = ecdfBand(values.length, cells, { confidence });
  const covered = z.map((level) => shareBelow(values, Math.round(level * cells)));
  return {
    level: between(z),
    covered: between(covered),
    low: between(low),
    high: between(high),
    excess: excessFrom(ranks, 0),
    tailExcess: excessFrom(ranks, 0.5),
    pValue: ecdfTest(ranks),
    ranks,
    failed,
  };
}

function shareBelow(values: Uint32Array, cell: number): number {
  return values.reduce((sum, rank) => sum + (rank < cell ? 1 : 0), 0) / values.length;
}

// ∫ (covered − level) d level from `start` to 1: a truth whose credibility is u is covered from
// u on. A rank is uniform within its cell, whose middle stands for it.
function excessFrom({ values, cells }: Ranks, start: number): number {
  const covered = values.reduce((sum, rank) => sum + 1 - Math.max(start, (rank + 0.5) / cells), 0);
  return covered / values.length - (1 - start ** 2) / 2;
}

/** With the ends of the diagonal. */
function between(inner: ArrayLike<number>): Float64Array {
  return Float64Array.from([0, ...Array.from(inner), 1]);
}
