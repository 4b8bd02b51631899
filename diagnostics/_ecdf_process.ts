// How the empirical distribution function of n uniform ranks moves: its pointwise tails, and
// the probability that it stays inside given bounds at every point at once.

import { logGamma } from "@likely/core";

/** Where a count may lie at each point, ends included; `low > high` where it may lie nowhere. */
export interface CountBounds {
  /** Least counts. */
  readonly low: Int32Array;
  /** Largest counts. */
  readonly high: Int32Array;
}

/** The law of the counts of `n` uniform numbers below some points. */
export interface EcdfProcess {
  /** Two-sided pointwise tail probability of a count at point i: `2 min(P(K ≤ k), P(K ≥ k))`. */
  tail(i: number, count: number): number;
  /** The counts whose pointwise tail is at least `gamma`; or above it, where `isStrict`. */
  bounds(gamma: number, options?: { readonly isStrict?: boolean }): CountBounds;
  /** The probability that every count is within its bounds. */
  within(bounds: CountBounds): number;
}

/** Builds the law; `points` rise, in (0, 1). */
export function ecdfProcess(n: number, points: Float64Array): EcdfProcess {
  const logFactorial = Float64Array.from({ length: n + 1 }, (_, k) => logGamma(k + 1));
  const tails = Array.from(points, (z) => binomialTails(n, z, logFactorial));
  return {
    tail: (i, count) => tails[i]![count]!,
    bounds: (gamma, { isStrict = false } = {}) => {
      const isIn = (tail: number) => isStrict ? tail > gamma : tail >= gamma;
      return {
        low: Int32Array.from(tails, (row) => firstOr(row.findIndex(isIn), n + 1)),
        high: Int32Array.from(tails, (row) => row.findLastIndex(isIn)),
      };
    },
    within: (bounds) => within(bounds, { n, points, logFactorial }),
  };
}

function firstOr(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index;
}

function binomialTails(n: number, z: number, logFactorial: Float64Array): Float64Array {
  const [log, logRest] = [Math.log(z), Math.log1p(-z)];
  const mass = Float64Array.from(
    { length: n + 1 },
    (_, k) =>
      Math.exp(logFactorial[n]! - logFactorial[k]! - logFactorial[n - k]! + k * log + (n - k) * logRest),
  );
  const tails = new Float64Array(n + 1);
  let upper = 0;
  for (let k = n; k >= 0; k--) tails[k] = upper += mass[k]!;
  let lower = 0;
  for (let k = 0; k <= n; k++) tails[k] = Math.min(1, 2 * Math.min(tails[k]!, lower += mass[k]!));
  return tails;
}

interface Law {
  readonly n: number;
  readonly points: Float64Array;
  readonly logFactorial: Float64Array;
}

// The counts of n uniforms are those of a Poisson process of rate n that is known to reach n
// at 1; its increments are independent, so the walk is a chain of short convolutions.
function within({ low, high }: CountBounds, { n, points, logFactorial }: Law): number {
  let state = new Float64Array([1]);
  let first = 0;
  let before = 0;
  for (let i = 0; i < points.length; i++) {
    const width = high[i]! - low[i]! + 1;
    if (width < 1) return 0;
    const steps = poisson(n * (points[i]! - before), high[i]! - first, logFactorial);
    const next = new Float64Array(width);
    for (let k = 0; k < state.length; k++) {
      for (let j = Math.max(0, first + k - low[i]!); j < width; j++) {
        next[j]! += state[k]! * steps[low[i]! + j - first - k]!;
      }
    }
    [state, first, before] = [next, low[i]!, points[i]!];
  }
  const rest = poisson(n * (1 - before), n - first, logFactorial);
  const reached = state.reduce((sum, mass, k) => sum + mass * rest[n - first - k]!, 0);
  return Math.min(1, reached / poisson(n, n, logFactorial)[n]!);
}

function poisson(mean: number, most: number, logFactorial: Float64Array): Float64Array {
  const log = Math.log(mean);
  return Float64Array.from(
    { length: Math.max(0, most) + 1 },
    (_, k) => Math.exp(k * log - mean - logFactorial[k]!),
  );
}
