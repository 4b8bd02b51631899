// The regularised upper incomplete gamma function, for the tail of the chi-square distribution.

import { exp, log } from "@likely/core/elementary";
import { logGamma } from "@likely/core";

/** P(X > x) for X chi-square with `degrees` degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  return x <= 0 ? 1 : gammaTail(degrees / 2, x / 2);
}

// A series where it converges fast, else a continued fraction by Lentz's method (Press et al.,
// "Numerical Recipes", sec. 6.2); both to rounding.
function gammaTail(a: number, x: number): number {
  const front = exp(a * log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * Number.EPSILON; k++) sum += term *= x / (a + k);
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 10_000; k++) {
    const factor = -k * (k - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 2 * Number.EPSILON) break;
  }
  return value;
}
