// From ranks of credibility to a coverage curve.

import type { CoverageCurve } from "./coverage_curve.ts";
import { ecdfBand, ecdfTest, type Ranks } from "./uniformity.ts";

/** The curve of ranks that count the draws a region must hold before it holds the truth. */
export function coverageCurve(ranks: Ranks, confidence: number | undefined, failed: number): CoverageCurve {
  const { values, cells } = ranks;
  const { z, low, high } = ecdfBand(values.length, cells, { confidence });
  const covered = z.map((level) => shareBelow(values, Math.round(level * cells)));
  return {
    level: Float64Array.of(0, ...z, 1),
    covered: Float64Array.of(0, ...covered, 1),
    low: Float64Array.of(0, ...low, 1),
    high: Float64Array.of(0, ...high, 1),
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
