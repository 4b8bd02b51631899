/**
 * Where several cost networks disagree.
 *
 * @module
 */

import type { Artifact, Engine, Points, Prior } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { memberSpread } from "./_member_spread.ts";

/** Options of {@linkcode costSpread}. */
export interface CostSpreadOptions {
  /**
   * `[n, d]`: the parameters to ask about.
   *
   * @default {undefined} 64 draws of the prior, always the same.
   */
  readonly theta?: Points;
  /**
   * Who evaluates.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The prior, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior;
}

/**
 * How far cost surrogates disagree about an observation: the standard deviation over members of
 * the cost of one θ, averaged over θ; in units of the distance.
 *
 * @param artifact An ensemble of costs.
 * @param x `[p]`, the observation.
 * @param options Where to ask.
 * @returns The mean standard deviation.
 * @throws {TypeError} If it is no ensemble of costs.
 */
export async function costSpread(
  artifact: Artifact,
  x: ArrayLike<number>,
  options: CostSpreadOptions = {},
): Promise<number> {
  return await memberSpread(artifact, x, { engine: fusedEngine(), ...options });
}
