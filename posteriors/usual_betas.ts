/**
 * Inverse temperatures to begin with.
 *
 * @module
 */

import { type Artifact, type HeadSpec, scalarNetwork } from "@likely/core";

/**
 * Gives inverse temperatures that are worth a look for a cost: 1, 3, 10 … 1000 over the mean
 * distance of simulations, as the surrogate knows it, to two digits. With the least, simulations
 * of usual distance weigh little less than close ones; with the largest, they weigh nothing.
 *
 * @param artifact A cost surrogate.
 * @returns Seven numbers in rising order, in 1 / unit of the distance.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ace, key, twoMoons, usualBetas } from "@likely/sbi";
 *
 * const { artifact } = await ace(key(0), twoMoons(), { simulations: 500, maxEpochs: 1 });
 * assertEquals(usualBetas(artifact).length, 7);
 * ```
 */
export function usualBetas({ spec }: Artifact): number[] {
  const { head } = scalarNetwork(spec);
  return [1, 3, 10, 30, 100, 300, 1000].map((beta) => +(beta / unitOf(head)).toPrecision(2));
}

function unitOf(head: HeadSpec): number {
  if (head.kind === "linear") return 1;
  // Of standardised columns: simulations lie about one apart in each.
  return head.kind === "absolute" ? head.weights.reduce((a, b) => a + b) : head.scale;
}
