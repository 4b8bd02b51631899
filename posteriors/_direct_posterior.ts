// A posterior that was learned as a density: drawn from directly.

import {
  type ConditionalDensity,
  type Draws,
  type Key,
  type Points,
  points,
  type Posterior,
  type Prior,
  row,
} from "@likely/core";

/** The posterior at the one row of x. */
export function directPosterior(density: ConditionalDensity, prior: Prior, x: Points): Posterior {
  return {
    sample: async (key, n) => (await directDraws([key], density, prior, { n, x }))[0]!,
    logDensity: (theta) => density.logDensity(theta, x),
  };
}

/** `n` draws for each row of x, one key a row, in one call. */
export async function directDraws(
  keys: readonly Key[],
  density: ConditionalDensity,
  { names, dim }: Prior,
  { n, x }: { readonly n: number; readonly x: Points },
): Promise<Draws[]> {
  const start = performance.now();
  const { data } = await density.sampleAsync?.(keys, n, x) ?? density.sample(keys, n, x);
  const seconds = (performance.now() - start) / 1000;
  const each = points(data, n * dim);
  const info = { sampler: "direct", evaluations: 0, seconds };
  return keys.map((_, i) => ({
    names,
    chains: 1,
    length: n,
    values: row(each, i).slice(),
    info,
    warnings: noNumbers(row(each, i)),
  }));
}

/** A network that was never near such an observation may give anything. */
function noNumbers(values: Float64Array): string[] {
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  if (count === 0) return [];
  return [
    `${count} of ${values.length} numbers drawn are not finite: the surrogate knows no such observation`,
  ];
}

/** A learned posterior is the one it was learned for. */
export function requireUntempered(beta: number): void {
  if (beta === 1) return;
  throw new RangeError(
    `Cannot condition a posterior as beta must be 1, what it was learned for: current value is ${beta}`,
  );
}
