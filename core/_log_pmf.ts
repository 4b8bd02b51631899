// Log probabilities of counts, accurate for large ones.
//
// Source: Loader (2000), "Fast and accurate computation of binomial probabilities": the large
// terms of the textbook formulas cancel; deviances never form them.

import { log, log1p } from "./elementary.ts";
import { stirlingTail } from "./_log_gamma.ts";

/** k log(k / mean) + mean − k ≥ 0, for k > 0. */
function deviance(k: number, mean: number): number {
  const x = (mean - k) / k;
  // log1p(x) − x loses √k · 1e-16 where k is near the mean: below any uniform's resolution.
  return k * (x - log1p(x));
}

/** log P(k) under Poisson(mean), k ≥ 0 whole, mean > 0. */
export function poissonLogPmf(k: number, mean: number): number {
  if (k === 0) return -mean;
  return -deviance(k, mean) - stirlingTail(k) - 0.5 * log(2 * Math.PI * k);
}

/** log P(k) under Binomial(n, p), k in [0, n] whole, p in (0, 1). */
export function binomialLogPmf(k: number, n: number, p: number): number {
  if (k === 0) return n * log1p(-p);
  if (k === n) return n * log(p);
  return stirlingTail(n) - stirlingTail(k) - stirlingTail(n - k) - deviance(k, n * p) -
    deviance(n - k, n * (1 - p)) + 0.5 * log(n / (2 * Math.PI * k * (n - k)));
}
