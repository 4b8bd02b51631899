// The benchmark's 92 columns that say nothing about theta, and how it shuffles them among the eight that do.
//
// They are one draw from a mixture of 20 multivariate t distributions of 2 degrees of freedom. Means,
// factors and permutation are NumPy's draws from seed 42, made again here.

import { drawExponential, drawNormal, type Stream } from "@likely/core";
import { multiplyLower } from "@likely/core/cholesky";
import { numpyRandom } from "./_numpy_random.ts";

/** Columns of noise. */
export const NOISE = 92;
const COMPONENTS = 20;
const INFORMATIVE = 8;

/** The noise and the order of all columns. */
export interface SlcpNoise {
  /** `[100]`: where in (informative columns, noise) column j of x comes from. */
  readonly order: Uint32Array;
  /** `[20][92]`: the means of the components. */
  readonly means: readonly Float64Array[];
  /** `[20][92, 92]`: their lower factors, row-major. */
  readonly factors: readonly Float64Array[];
  /** One draw of all 92 columns. */
  draw(random: Stream): Float64Array;
}

/** Draws the benchmark's constants: 87,000 numbers, some milliseconds. */
export function slcpNoise(): SlcpNoise {
  const random = numpyRandom(42);
  const means = Array.from({ length: COMPONENTS }, () => normals(random.normal, NOISE, 15));
  const factors = Array.from({ length: COMPONENTS }, () => lowerFactor(random.normal));
  const order = random.permutation(INFORMATIVE + NOISE);
  return {
    order,
    means,
    factors,
    draw: (stream) => {
      const component = Math.floor(COMPONENTS * stream.uniform());
      const out = Float64Array.from({ length: NOISE }, () => drawNormal(stream));
      multiplyLower(factors[component]!, out);
      // A chi-square of two degrees of freedom, halved, is exponential of rate 1.
      const scale = 1 / Math.sqrt(drawExponential(stream));
      return out.map((value, j) => means[component]![j]! + scale * value);
    },
  };
}

function normals(normal: () => number, n: number, sd: number): Float64Array {
  return Float64Array.from({ length: n }, () => sd * normal());
}

/** Three times a lower triangle of normals, with log-normals added to its diagonal: `[92, 92]`. */
function lowerFactor(normal: () => number): Float64Array {
  const factor = normals(normal, NOISE * NOISE, 3);
  for (let i = 0; i < NOISE; i++) {
    factor.fill(0, i * NOISE + i + 1, (i + 1) * NOISE);
    factor[i * NOISE + i]! += 3 * Math.exp(normal());
  }
  return factor;
}
