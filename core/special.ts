/**
 * Special functions in float64: what priors, exact likelihoods and diagnostics are made of.
 *
 * Arguments outside a function's domain give NaN, as in `Math`.
 *
 * @module
 */

import { log, log1p } from "./elementary.ts";
import { logGammaPositive, polynomial, stirlingTail } from "./_log_gamma.ts";
import { CENTRE, centredCdf, gaussian, scaledTail } from "./_normal_tail.ts";

/**
 * Computes log Γ(x), to about 1e-15 relative.
 *
 * Source: fdlibm's `lgamma`.
 *
 * @param x A number > 0; 0 gives ∞, a negative one NaN.
 * @returns log Γ(x).
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logGamma } from "@likely/core";
 *
 * assertAlmostEquals(logGamma(5), Math.log(24), 1e-14);
 * ```
 */
export function logGamma(x: number): number {
  return logGammaPositive(x);
}

/**
 * Computes log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b), without the cancellation of that
 * formula where an argument is large.
 *
 * Source: the arrangement of Didonato & Morris (1992), "Algorithm 708", and R's `lbeta`.
 *
 * @param a A number > 0.
 * @param b A number > 0.
 * @returns log B(a, b).
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logBeta } from "@likely/core";
 *
 * assertAlmostEquals(logBeta(2, 3), -Math.log(12), 1e-14);
 * ```
 */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (!(large >= 10)) return logGammaPositive(a) + logGammaPositive(b) - logGammaPositive(a + b);
  const share = small / (small + large);
  const tails = stirlingTail(large) - stirlingTail(small + large);
  if (small < 10) {
    return logGammaPositive(small) + tails + small - small * log(small + large) +
      (large - 0.5) * log1p(-share);
  }
  return 0.5 * log(2 * Math.PI / large) + stirlingTail(small) + tails + (small - 0.5) * log(share) +
    large * log1p(-share);
}

// Bernoulli numbers B₂ₖ / 2k, k = 1 … 7.
const DIGAMMA = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];

/**
 * Computes the digamma function ψ(x) = d log Γ(x) / dx, to about 1e-15 absolute or relative,
 * whichever is larger.
 *
 * Source: Abramowitz & Stegun (1964), 6.3.5 (recurrence) and 6.3.18 (asymptotic series).
 *
 * @param x A number > 0.
 * @returns ψ(x).
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { digamma } from "@likely/core";
 *
 * assertAlmostEquals(digamma(1), -0.5772156649015329, 1e-14);
 * ```
 */
export function digamma(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  let shifted = x;
  let shift = 0;
  for (; shifted < 10; shifted++) shift += 1 / shifted;
  const s = 1 / (shifted * shifted);
  return log(shifted) - 0.5 / shifted - s * polynomial(DIGAMMA, s) - shift;
}

/**
 * Computes the standard normal distribution function Φ(z), to about 1e-15 relative in both
 * tails.
 *
 * Source: Cody (1969), "Rational Chebyshev approximations for the error function".
 *
 * @param z Any number.
 * @returns Φ(z), in [0, 1].
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { normalCdf } from "@likely/core";
 *
 * assertAlmostEquals(normalCdf(1.959963984540054), 0.975, 1e-15);
 * ```
 */
export function normalCdf(z: number): number {
  const y = Math.abs(z);
  if (y <= CENTRE) return 0.5 + centredCdf(z);
  // Beyond 40 the tail is 0 in float64, and y² would soon overflow.
  const tail = y > 40 ? 0 : gaussian(y) * scaledTail(y);
  return z < 0 ? tail : 1 - tail;
}

/**
 * Computes log Φ(z), stable where Φ(z) itself is 0 or 1 in float64.
 *
 * @param z Any number.
 * @returns log Φ(z), ≤ 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logNormalCdf } from "@likely/core";
 *
 * assertAlmostEquals(logNormalCdf(-40), -804.6084420137538, 1e-10);
 * ```
 */
export function logNormalCdf(z: number): number {
  if (z >= CENTRE) return log1p(-normalCdf(-z));
  if (z >= -CENTRE) return log(0.5 + centredCdf(z));
  return z === -Infinity ? z : -0.5 * z * z + log(scaledTail(-z));
}

// deno-fmt-ignore -- one line per polynomial pair of Wichura (1988)
const QUANTILE = [
  [3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3],
  [1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
    2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3],
  [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
  [1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9],
  [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
  [1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15],
] as const;

/**
 * Computes the standard normal quantile Φ⁻¹(p), to about 1e-15 relative.
 *
 * Source: Wichura (1988), "Algorithm AS 241: the percentage points of the normal
 * distribution", Applied Statistics 37.
 *
 * @param p A probability in [0, 1]; 0 gives −∞ and 1 gives ∞.
 * @returns The z with Φ(z) = p.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { normalQuantile } from "@likely/core";
 *
 * assertAlmostEquals(normalQuantile(0.975), 1.959963984540054, 1e-14);
 * ```
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  const q = p - 0.5;
  const [a, b, c, d, e, f] = QUANTILE;
  if (Math.abs(q) <= 0.425) {
    const s = 0.180625 - q * q;
    return q * polynomial(a, s) / polynomial(b, s);
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const z = r <= 5
    ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
    : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -z : z;
}
