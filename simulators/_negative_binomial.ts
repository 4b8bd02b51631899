// The negative binomial distribution by its mean μ and inverse dispersion a = 1/φ, so that the
// variance is μ + a μ² and a → 0 is the Poisson distribution:
//
//   log p(y) = Σ_{k<y} log((1 + k a) / (k + 1)) + y log μ − (y + 1/a) log(1 + a μ)
//
// The sum is log Γ(y + φ) − log Γ(φ) − y log φ − log y! without its cancellation at large φ; its
// cost is one logarithm a count.

/** The mean and the dispersion of a count. */
export interface CountModel {
  /** log μ: a mean too small for a float64 is still told from 0. */
  readonly logMean: number;
  /** a = 1/φ > 0. */
  readonly inverseDispersion: number;
}

/** Log probability of a count in nats; −∞ for a negative count or no dispersion above 0. */
export function logNegativeBinomial(count: number, { logMean, inverseDispersion: a }: CountModel): number {
  if (!(count >= 0 && a > 0)) return -Infinity;
  let logWays = 0;
  for (let k = 0; k < count; k++) logWays += Math.log((1 + k * a) / (k + 1));
  const power = count === 0 ? 0 : count * logMean;
  return logWays + power - (count + 1 / a) * Math.log1p(a * Math.exp(logMean));
}

/** ∂/∂(log μ) of {@linkcode logNegativeBinomial}: `(y − μ) / (1 + a μ)`. */
export function scoreLogMean(count: number, { logMean, inverseDispersion: a }: CountModel): number {
  const mean = Math.exp(logMean);
  return (count - mean) / (1 + a * mean);
}

/** ∂/∂a of {@linkcode logNegativeBinomial}. */
export function scoreInverseDispersion(count: number, model: CountModel): number {
  const { logMean, inverseDispersion: a } = model;
  const mean = Math.exp(logMean);
  let ways = 0;
  for (let k = 1; k < count; k++) ways += k / (1 + k * a);
  return ways + mean * mean * curvature(a * mean) - count * mean / (1 + a * mean);
}

// (log(1 + u) − u / (1 + u)) / u², by its series where the difference would cancel.
function curvature(u: number): number {
  if (u < 1e-3) return 1 / 2 - u * (2 / 3 - u * (3 / 4 - u * (4 / 5 - u * 5 / 6)));
  return (Math.log1p(u) - u / (1 + u)) / (u * u);
}
