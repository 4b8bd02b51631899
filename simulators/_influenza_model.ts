// What the two influenza tasks share: the prior and how infected boys become counts.

import {
  drawNegativeBinomial,
  exponential,
  independent,
  type Prior,
  type Stream,
  truncatedNormal,
} from "@likely/core";

/** β ~ N(2, 1²) on β > 0, γ ~ N(0.4, 0.5²) on γ > 0, 1/φ ~ Exponential(5). */
export function influenzaPrior(): Prior {
  return independent({
    beta: truncatedNormal(2, 1, { low: 0 }),
    gamma: truncatedNormal(0.4, 0.5, { low: 0 }),
    phi_inv: exponential(5),
  });
}

/** A count around each mean; NaN, a failed simulation, where mean or dispersion make no sense. */
export function drawCounts(random: Stream, means: ArrayLike<number>, phiInv: number): Float64Array {
  const dispersion = 1 / phiInv;
  const isLegal = (mean: number) => mean < Infinity && dispersion > 0 && dispersion < Infinity;
  return Float64Array.from(
    means,
    (mean) => isLegal(mean) ? drawNegativeBinomial(random, mean, dispersion) : NaN,
  );
}
