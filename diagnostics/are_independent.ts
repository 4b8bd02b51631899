/**
 * Whether draws follow from each other.
 *
 * @module
 */

import type { Draws } from "@likely/core";

/** Samplers without chains: of a density that is drawn from directly, and rows chosen by weight or by chance. */
const WITHOUT_CHAINS: readonly string[] = ["direct", "importance", "rejection"];

/**
 * Tells whether draws were made without chains, so that none follows from the one before it: what judges
 * chains, traces and R-hat, says nothing about them.
 *
 * @param draws The draws; `info.sampler` decides.
 * @returns Whether they were drawn directly or by weighted proposals.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { areIndependent } from "@likely/diagnostics";
 *
 * const info = { sampler: "importance", evaluations: 1000, kHat: 0.2, ess: 700 };
 * assert(areIndependent({ names: ["β"], chains: 1, length: 0, values: new Float64Array(), info, warnings: [] }));
 * ```
 */
export function areIndependent({ info }: Draws): boolean {
  return WITHOUT_CHAINS.includes(info.sampler);
}
