// Central intervals of binomial counts.

import { logGamma } from "@likely/core";

/** The counts that leave at most `(1 − confidence) / 2` on either side. */
export function binomialInterval(n: number, p: number, confidence: number): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  const mass = (k: number) =>
    Math.exp(
      logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p),
    );
  let low = 0;
  for (let sum = mass(0); sum <= tail; low++) sum += mass(low + 1);
  let high = n;
  for (let sum = mass(n); sum <= tail; high--) sum += mass(high - 1);
  return { low, high };
}
