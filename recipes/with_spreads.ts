/**
 * How far the members of an ensemble of costs disagree as a rule.
 *
 * @module
 */

import { type Artifact, type Engine, type Key, type Points, row, stream } from "@likely/core";
import { requireRows } from "@likely/core/check";
import { costSpread } from "@likely/posteriors/cost-spread";
import { defaultEngine } from "./default_engine.ts";

/** Simulated observations that tell what disagreement is usual. */
const REFERENCES = 200;

/** Options of {@linkcode withSpreads}. */
export interface WithSpreadsOptions {
  /**
   * Who evaluates.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/**
 * Adds to an ensemble of costs how far its members disagree about simulated x, so that `posterior` can
 * warn of an observation about which they disagree more. `trainCost` with `members` has done so.
 *
 * @param key The key to consume.
 * @param artifact An ensemble of costs.
 * @param x `[n, p]`: simulations.
 * @param options Who evaluates.
 * @returns The ensemble.
 * @throws {TypeError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ace, ensemble, key, twoMoons, withSpreads } from "@likely/sbi";
 *
 * const options = { simulations: 300, maxEpochs: 1 };
 * const [a, b] = [await ace(key(0), twoMoons(), options), await ace(key(1), twoMoons(), options)];
 * const artifact = await withSpreads(key(2), ensemble([a.artifact, b.artifact]), a.dataset.x);
 * assertEquals(artifact.reference!.spreads!.length, 200);
 * ```
 */
export async function withSpreads(
  key: Key,
  artifact: Artifact,
  x: Points,
  options: WithSpreadsOptions = {},
): Promise<Artifact> {
  const { engine = defaultEngine() } = options;
  requireRows("tell how members disagree", "x", x, 1);
  const random = stream(key);
  const spreads: number[] = [];
  while (spreads.length < REFERENCES) {
    const target = row(x, Math.floor(random.uniform() * x.n));
    spreads.push(await costSpread(artifact, target, { engine }));
  }
  return { ...artifact, reference: { ...artifact.reference, spreads: spreads.sort((a, b) => a - b) } };
}
