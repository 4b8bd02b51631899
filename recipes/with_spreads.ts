/**
 * How far the members of an ensemble of costs disagree as a rule.
 *
 * @module
 */

import { type Artifact, type Engine, gatherRows, type Key, type Points, row, stream } from "@likely/core";
import { requireRows } from "@likely/core/check";
import { costSpread } from "@likely/posteriors/cost-spread";
import { defaultEngine } from "./default_engine.ts";
import { knownPrior } from "./_require_pairs.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";

/** Simulated observations that tell what disagreement is usual. */
const REFERENCES = 200;
/** As many parameters as `costSpread` takes. */
const PROBES = 64;

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
 * @param pairs What it was trained on. Where the density of its prior is not known, members are compared
 * at parameters of these pairs.
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
 * const pairs = { simulator: "two_moons", prior: twoMoons().prior, dataset: a.dataset };
 * const artifact = await withSpreads(key(2), ensemble([a.artifact, b.artifact]), pairs);
 * assertEquals(artifact.reference!.spreads!.length, 200);
 * ```
 */
export async function withSpreads(
  key: Key,
  artifact: Artifact,
  { prior, dataset: { theta, x } }: SimulatedPairs,
  options: WithSpreadsOptions = {},
): Promise<Artifact> {
  const { engine = defaultEngine() } = options;
  requireRows("tell how members disagree", "x", x, 1);
  const { density } = knownPrior(prior);
  const at = density ? { prior: density } : { theta: firstRows(theta) };
  const random = stream(key);
  const spreads: number[] = [];
  while (spreads.length < REFERENCES) {
    const target = row(x, Math.floor(random.uniform() * x.n));
    spreads.push(await costSpread(artifact, target, { ...at, engine }));
  }
  return { ...artifact, reference: { ...artifact.reference, spreads: spreads.sort((a, b) => a - b) } };
}

function firstRows(theta: Points): Points {
  return gatherRows(theta, Array.from({ length: Math.min(theta.n, PROBES) }, (_, i) => i));
}
