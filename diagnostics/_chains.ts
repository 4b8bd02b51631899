import { type Draws, extent } from "@likely/core";

/** One parameter's draws: a sequence of equal length for each chain. */
export type Chains = readonly Float64Array[];

/** Copies column `j` of draws, chain by chain. */
export function chainsOf({ chains, length, names, values }: Draws, j: number): Chains {
  const dim = names.length;
  return Array.from(
    { length: chains },
    (_, c) => Float64Array.from({ length }, (_, t) => values[(c * length + t) * dim + j]!),
  );
}

/** Applies a statistic to every column. */
export function eachColumn(draws: Draws, statistic: (chains: Chains) => number): Float64Array {
  return Float64Array.from(draws.names, (_, j) => statistic(chainsOf(draws, j)));
}

/** Halves each chain, so that a drift within a chain shows as a difference between two. */
export function splitChains(chains: Chains): Chains {
  const half = Math.floor(chains[0]!.length / 2);
  return chains.flatMap((chain) => [chain.slice(0, half), chain.slice(chain.length - half)]);
}

/** Applies a function to every draw. */
export function mapChains(chains: Chains, fn: (value: number) => number): Chains {
  return chains.map((chain) => chain.map(fn));
}

/** All draws in one array. */
export function pool(chains: Chains): Float64Array {
  const out = new Float64Array(chains.reduce((sum, chain) => sum + chain.length, 0));
  chains.forEach((chain, c) => out.set(chain, c * chain.length));
  return out;
}

/** Whether there is enough to judge: at least four draws a chain, no NaN, no infinity. */
export function isJudgeable(chains: Chains): boolean {
  return chains.length > 0 && chains[0]!.length >= 4 && chains.every((chain) => chain.every(Number.isFinite));
}

/** The sample variance, with n − 1; exactly 0 for a constant, NaN for fewer than two numbers. */
export function variance(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  // From the first: the mean of equal numbers may be another one, by rounding.
  const first = values[0]!;
  let center = 0;
  for (let i = 0; i < values.length; i++) center += (values[i]! - first) / values.length;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - first - center) ** 2;
  return sum / (values.length - 1);
}

// A few units in the last place: what is left of a constant after a change of units or back.
const ROUNDING = 4 * Number.EPSILON;

/** Whether numbers differ by rounding alone. */
export function isConstant(values: ArrayLike<number>): boolean {
  const [low, high] = extent(values);
  const range = high - low;
  return range < Infinity && range <= ROUNDING * Math.max(Math.abs(low), Math.abs(high));
}
