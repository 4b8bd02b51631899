// White noise on nested grids: what levels that differ by their time step, or their resolution, read.

import type { Noise } from "@likely/core";
import { fillNormals } from "./_fill_normals.ts";

/**
 * Standard normals, one for each of `counts[level]` cells of equal size; each cell of a level is `r` cells of
 * the next, r their ratio, a whole number. They are independent within a level, and one of a coarse level is
 * the sum of those that its cell holds of a finer one, over √r: both are increments of one Brownian motion.
 *
 * Coarse ones c are drawn first and then refined, `c / √r + w − mean of w` with fresh normals w, so that
 * a coarse run draws no more than it needs.
 */
export function nestedNormals(noise: Noise, component: string, counts: readonly number[], level: number) {
  let coarse: Float64Array | undefined;
  for (let l = 0; l <= level; l++) {
    const cells = new Float64Array(counts[l]!);
    fillNormals(noise.of(`${component} ${l}`), cells);
    if (coarse) refine(coarse, cells);
    coarse = cells;
  }
  return coarse!;
}

/** Turns fresh normals into cells of the finer level. */
function refine(coarse: Float64Array, cells: Float64Array): void {
  const ratio = cells.length / coarse.length;
  for (let c = 0; c < coarse.length; c++) {
    let mean = 0;
    for (let i = 0; i < ratio; i++) mean += cells[c * ratio + i]! / ratio;
    const shift = coarse[c]! / Math.sqrt(ratio) - mean;
    for (let i = 0; i < ratio; i++) cells[c * ratio + i]! += shift;
  }
}
