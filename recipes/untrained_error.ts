/**
 * Simulations that could not be trained on.
 *
 * @module
 */

import type { SimulatedPairs } from "./simulated_pairs.ts";

/** Training failed after simulating: what was simulated travels along, and the reason is `cause`. */
export class UntrainedError extends Error {
  /** Always `"UntrainedError"`. */
  override readonly name = "UntrainedError";
  /** What was simulated: `trainRatio` and `trainCost` take it. */
  readonly pairs: SimulatedPairs;

  /** Makes the error. */
  constructor(message: string, pairs: SimulatedPairs, options: { readonly cause: unknown }) {
    super(message, options);
    this.pairs = pairs;
  }
}
