// What is known of the levels by now, made robust as Giles does it.
// Source: Giles (2015), "Multilevel Monte Carlo methods", https://doi.org/10.1017/S096249291500001X, section 3.

import type { LevelMoments } from "@likely/core";
import { type LevelRates, levelRates } from "./level_rates.ts";

/** Numbers to allocate by. */
export interface Known {
  /** Size of the mean correction of each level. */
  readonly means: readonly number[];
  readonly variances: readonly number[];
  readonly costs: readonly number[];
  readonly rates: LevelRates;
}

/** No rate is taken for less. */
const SLOWEST = 0.5;

/** Rates before anything is known. */
export function firstRates({ alpha = 0, beta = 0, gamma = 0 }: Partial<LevelRates>): LevelRates {
  return { alpha, beta, gamma };
}

/** Of a fixed hierarchy: the numbers as they are. */
export function knownExactly(levels: readonly LevelMoments[], weights: readonly number[]): Known {
  return {
    means: levels.map(({ mean }) => sizeOf(mean, weights)),
    variances: levels.map(({ variance }) => variance),
    costs: positive(levels.map(({ cost }) => cost)),
    rates: { alpha: NaN, beta: NaN, gamma: NaN },
  };
}

/** Of a sequence of levels: none is taken to be much better than the one below, lucky zeros above all. */
export function knownBySequence(
  levels: readonly LevelMoments[],
  weights: readonly number[],
  { before, given }: { readonly before: LevelRates; readonly given: Partial<LevelRates> },
): Known {
  const { means, variances, costs } = knownExactly(levels, weights);
  const [m, v] = [means.slice(), variances.slice()];
  for (let l = 2; l < m.length; l++) {
    m[l] = Math.max(m[l]!, m[l - 1]! / 2 ** (before.alpha + 1));
    v[l] = Math.max(v[l]!, v[l - 1]! / 2 ** (before.beta + 1));
  }
  const estimated = levelRates(m, v, costs);
  const rate = (name: keyof LevelRates) =>
    given[name] ?? (estimated[name] > SLOWEST ? estimated[name] : SLOWEST);
  return {
    means: m,
    variances: v,
    costs,
    rates: { alpha: rate("alpha"), beta: rate("beta"), gamma: rate("gamma") },
  };
}

/** With a level more, as the rates foretell it. */
export function withNextLevel({ means, variances, costs, rates }: Known, cost: number | undefined): Known {
  return {
    means: [...means, means.at(-1)! / 2 ** rates.alpha],
    variances: [...variances, variances.at(-1)! / 2 ** rates.beta],
    costs: [...costs, cost ?? costs.at(-1)! * 2 ** rates.gamma],
    rates,
  };
}

/** What all levels that are not there would add, by the worst of the last three. */
export function biasOf({ means, rates: { alpha } }: Known): number {
  const top = means.length - 1;
  let most = 0;
  for (let r = 0; r <= Math.min(2, top - 1); r++) most = Math.max(most, means[top - r]! / 2 ** (r * alpha));
  return most / (2 ** alpha - 1);
}

function sizeOf(mean: readonly number[], weights: readonly number[]): number {
  return Math.sqrt(mean.reduce((sum, value, j) => sum + weights[j]! * value * value, 0));
}

/** A level that cost nothing the clock could see counts a millionth of the dearest. */
function positive(costs: readonly number[]): number[] {
  const least = 1e-6 * costs.reduce((a, b) => Math.max(a, b)) || 1;
  return costs.map((cost) => cost > 0 ? cost : least);
}
