// The exact expectation of the mixture task's distance.

import type { Points } from "@likely/core";
import { requireColumns } from "@likely/core/check";
import { COMPONENT_VARIANCES } from "./_mixture_points.ts";

/** 1 / (2 h²) of the kernel `exp(−(a − b)² / (2 h²))`. */
export const KERNEL_RATE = 0.01;

/**
 * `E D(X, observed)`, row by row of theta: `[n]`. X has as many independent points as `observed`, and
 * `D(X, Y) = S(X, X) + S(Y, Y) − 2 S(X, Y)`, where S is the product over the two dimensions of the mean
 * kernel over all pairs.
 */
export function expectedDiscrepancy(theta: Points, observed: ArrayLike<number>): Float64Array {
  requireColumns("compute a cost", "theta", theta, 2);
  const constant = expectedOwn(observed.length / 2) + observedOwn(observed, 0) * observedOwn(observed, 1);
  const out = new Float64Array(theta.n);
  for (let i = 0; i < theta.n; i++) {
    out[i] = constant - 2 * expectedCross(theta.data[2 * i]!, theta.data[2 * i + 1]!, observed);
  }
  return out;
}

/**
 * E S(X, X). Given which k of the n points are wide, both dimensions are independent and alike:
 * the mean over k ~ Binomial(n, ½) of the squared mean kernel.
 */
function expectedOwn(n: number): number {
  const [wide, narrow] = COMPONENT_VARIANCES;
  let total = 0;
  // The probability of k wide points.
  let probability = 0.5 ** n;
  for (let k = 0; k <= n; k++) {
    const pairs = k * (k - 1) * meeting(2 * wide) + (n - k) * (n - k - 1) * meeting(2 * narrow) +
      2 * k * (n - k) * meeting(wide + narrow);
    total += probability * ((n + pairs) / n ** 2) ** 2;
    probability *= (n - k) / (k + 1);
  }
  return total;
}

/** E k(y, y') where y − y' ~ N(0, variance). */
function meeting(variance: number): number {
  return 1 / Math.sqrt(1 + 2 * KERNEL_RATE * variance);
}

/** The mean kernel of the observed with themselves along dimension d. */
function observedOwn(observed: ArrayLike<number>, d: number): number {
  let sum = 0;
  for (let i = d; i < observed.length; i += 2) sum += expectedKernel(observed[i]!, 0, observed, d);
  return 2 * sum / observed.length;
}

/**
 * E S(X, observed): a point's two coordinates share their component, different points share
 * nothing, so n of the n² pairs of coordinates are averaged together and the others apart.
 */
function expectedCross(theta1: number, theta2: number, observed: ArrayLike<number>): number {
  const [wide, narrow] = COMPONENT_VARIANCES;
  const wide1 = expectedKernel(theta1, wide, observed, 0);
  const wide2 = expectedKernel(theta2, wide, observed, 1);
  const narrow1 = expectedKernel(theta1, narrow, observed, 0);
  const narrow2 = expectedKernel(theta2, narrow, observed, 1);
  const together = (wide1 * wide2 + narrow1 * narrow2) / 2;
  const apart = (wide1 + narrow1) * (wide2 + narrow2) / 4;
  const n = observed.length / 2;
  return (together + (n - 1) * apart) / n;
}

/** The mean over the observed of E k(y, observed) for y ~ N(mean, variance), along dimension d. */
function expectedKernel(mean: number, variance: number, observed: ArrayLike<number>, d: number): number {
  const spread = 1 + 2 * KERNEL_RATE * variance;
  let sum = 0;
  for (let j = d; j < observed.length; j += 2) {
    sum += Math.exp(-KERNEL_RATE * (mean - observed[j]!) ** 2 / spread);
  }
  return 2 * sum / (observed.length * Math.sqrt(spread));
}
