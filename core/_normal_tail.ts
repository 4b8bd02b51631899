// The normal distribution function around its centre, and its tail free of underflow.

import { exp } from "./elementary.ts";
import { polynomial } from "./_log_gamma.ts";

const SQRT_2PI = Math.sqrt(2 * Math.PI);

// Rational approximations of Cody (1969), "Rational Chebyshev approximations for the error
// function", Mathematics of Computation 23, in the arrangement of Cody's ANORM and R's pnorm.
// deno-fmt-ignore -- one line per polynomial
const A = [18154.981253343561249, 1067.6894854603709582, 161.02823106855587881, 2.2352520354606839287, 0.065682337918207449113];
// deno-fmt-ignore -- as above
const B = [45507.789335026729956, 10260.932208618978205, 976.09855173777669322, 47.20258190468824187, 1];
// deno-fmt-ignore -- as above
const C = [
  9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326, 2494.5375852903726711, 597.27027639480026226,
  93.506656132177855979, 8.8831497943883759412, 0.39894151208813466764, 1.0765576773720192317e-8,
];
// deno-fmt-ignore -- as above
const D = [
  19685.429676859990727, 38912.003286093271411, 34900.952721145977266, 18615.571640885098091, 6485.558298266760755,
  1519.377599407554805, 235.38790178262499861, 22.266688044328115691, 1,
];
// deno-fmt-ignore -- as above
const P = [2.9112874951168792e-5, 0.001421619193227893466, 0.022235277870649807, 0.1274011611602473639, 0.21589853405795699, 0.02307344176494017303];
// deno-fmt-ignore -- as above
const Q = [7.29751555083966205e-5, 0.00378239633202758244, 0.0659881378689285515, 0.468238212480865118, 1.28426009614491121, 1];

/** Below this |z| the cdf is computed around its centre, beyond it from its tail. */
export const CENTRE = 0.67448975;

/** Φ(z) − ½ for |z| ≤ CENTRE. */
export function centredCdf(z: number): number {
  return z * polynomial(A, z * z) / polynomial(B, z * z);
}

/** Φ(−y) exp(y²/2) for y ≥ CENTRE: the tail with its exponential factor taken out. */
export function scaledTail(y: number): number {
  if (y <= 5.656854) return polynomial(C, y) / polynomial(D, y);
  const s = 1 / (y * y);
  return (1 / SQRT_2PI - s * polynomial(P, s) / polynomial(Q, s)) / y;
}

/** exp(−y²/2), the square split in two so that its rounding error is not magnified. */
export function gaussian(y: number): number {
  const near = Math.trunc(y * 16) / 16;
  return exp(-near * near * 0.5) * exp(-(y - near) * (y + near) * 0.5);
}
