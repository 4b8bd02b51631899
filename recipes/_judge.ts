// How good a surrogate is on pairs that it has not seen.

import { type Artifact, type Distance, type Engine, gatherRows, type Points } from "@likely/core";

/** Pairs that none was trained on. */
export interface HeldPairs {
  /** `[n, d]`. */
  readonly theta: Points;
  /** `[n, p]`. */
  readonly x: Points;
  /** Parameters that failed. */
  readonly failedTheta: Points | undefined;
  /** The share of simulations that failed with known θ. */
  readonly failing: number;
}

/** How surrogates are compared. */
export interface Judge {
  /** `[n]`: the more the better, for each pair set aside. */
  scores(artifact: Artifact, pairs: HeldPairs, engine: Engine): Promise<Float64Array>;
  /** In what, where rows are simulations, or trials of them. */
  unit(trials: number): string;
}

/** Of densities and ratios. */
export const IN_NATS: Judge = {
  scores: scoresOf,
  unit: (trials) => `nats a ${trials === 1 ? "simulation" : "trial"} set aside`,
};

/**
 * `[n]`, in nats: the log density of each pair; of a ratio, how well it tells the pair from another, whose
 * θ fails as often as simulations did.
 */
async function scoresOf(artifact: Artifact, pairs: HeldPairs, engine: Engine): Promise<Float64Array> {
  const { theta, x, failedTheta, failing } = pairs;
  using densities = await engine.logDensities(artifact, x);
  const chains = Uint32Array.from({ length: x.n }, (_, i) => i);
  const at = (theta: Points) => densities.evaluate(theta, { gradient: false, chains }).value;
  const own = at(theta);
  if (artifact.kind !== "ratio") return own;
  const others = at(gatherRows(theta, chains.map((i) => (i + 1) % x.n))).map(softplus);
  const failed = failedTheta &&
    at(gatherRows(failedTheta, chains.map((i) => i % failedTheta.n))).map(softplus);
  return own.map((value, i) => {
    return -(softplus(-value) + (1 - failing) * others[i]! + (failed ? failing * failed[i]! : 0)) / 2;
  });
}

function softplus(value: number): number {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}

/** `[n]`: of costs, at another simulation each. */
export async function squaredErrors(
  artifact: Artifact,
  { theta, x }: HeldPairs,
  engine: Engine,
  distance: Distance,
): Promise<Float64Array> {
  const targets = gatherRows(x, Uint32Array.from({ length: x.n }, (_, i) => (i + 1) % x.n));
  const wanted = distance.between(x, targets);
  using costs = await engine.logDensities(artifact, targets);
  const chains = Uint32Array.from({ length: x.n }, (_, i) => i);
  const { value } = costs.evaluate(theta, { gradient: false, chains });
  return value.map((cost, i) => (cost - wanted[i]!) ** 2);
}

/** A mean, and its standard error. */
export interface MeanAndError {
  readonly mean: number;
  readonly error: number;
}

/** Of independent values. */
export function meanAndError(values: Float64Array): MeanAndError {
  const { length: n } = values;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(variance / n) };
}
