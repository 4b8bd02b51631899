// The normal distribution's mass between two points, free of underflow and of cancellation.

import { cosh, exp, log, log1p } from "./elementary.ts";
import { logNormalCdf, normalCdf } from "./special.ts";

/** log(Φ(b) − Φ(a)) for a < b. */
export function logNormalMass(a: number, b: number): number {
  // The density is even: the mirrored interval keeps its digits in the lower tail.
  if (a > 0) return logNormalMass(-b, -a);
  if ((b - a) * Math.max(-a, Math.abs(b), 1) < 0.25) return logNarrowMass(a, b);
  if (b > 0) return log1p(-normalCdf(a) - normalCdf(-b));
  const upper = logNormalCdf(b);
  return upper + log1p(-exp(logNormalCdf(a) - upper));
}

// The positive half of the five Gauss–Legendre nodes on [−1, 1].
const NODES = [0, 0.5384693101056831, 0.906179845938664];
const WEIGHTS = [0.5688888888888889, 0.47862867049936647, 0.23692688505618908];

/** The same by quadrature, for intervals so narrow that the density hardly varies. */
function logNarrowMass(a: number, b: number): number {
  const half = (b - a) / 2;
  const middle = a + half;
  const mean = NODES.reduce((sum, node, k) => {
    const step = half * node;
    // φ(middle + step) + φ(middle − step), over φ(middle).
    const pair = 2 * cosh(middle * step) * exp(-0.5 * step * step);
    return sum + WEIGHTS[k]! * (k === 0 ? 0.5 : 1) * pair;
  }, 0);
  return -0.5 * middle * middle + log(half * mean / Math.sqrt(2 * Math.PI));
}
