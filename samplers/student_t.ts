/**
 * A multivariate t distribution to propose from: its tails are heavier than those of most posteriors.
 *
 * @module
 */

import { drawGamma, drawNormal, foldIn, row, stream, zeros } from "@likely/core";
import { multiplyLower, solveLower } from "@likely/core/cholesky";
import { log, log1p } from "@likely/core/elementary";
import { logGamma } from "@likely/core/special";
import type { Proposal } from "./importance.ts";

/** Options of {@linkcode studentT}. */
export interface StudentTOptions {
  /** One name per coordinate. */
  readonly names: readonly string[];
  /** `[d]`: where it is centred. */
  readonly mean: ArrayLike<number>;
  /** `[d, d]`, lower triangular, row-major: times its transpose, the scale matrix. */
  readonly factor: Float64Array;
  /**
   * Degrees of freedom: fewer have heavier tails.
   *
   * @default {5}
   */
  readonly degrees?: number;
}

/**
 * A multivariate t distribution, as a proposal.
 *
 * @param options Centre, scale and tails.
 * @returns The proposal; its density is normalised.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { studentT } from "@likely/samplers";
 *
 * // One degree of freedom in one dimension: the Cauchy distribution, 1 / π at its centre.
 * const cauchy = studentT({ names: ["z"], mean: [2], factor: new Float64Array([1]), degrees: 1 });
 * assertAlmostEquals(cauchy.logDensity(fromRows([[2]]))[0]!, -Math.log(Math.PI), 1e-12);
 * ```
 */
export function studentT({ names, mean, factor, degrees = 5 }: StudentTOptions): Proposal {
  const d = mean.length;
  let logTop = logGamma((degrees + d) / 2) - logGamma(degrees / 2) - d / 2 * log(degrees * Math.PI);
  for (let j = 0; j < d; j++) logTop -= log(factor[j * d + j]!);
  return {
    names,
    sample: (key, n) => {
      const out = zeros(n, d);
      for (let i = 0; i < n; i++) {
        const random = stream(foldIn(key, i));
        const to = row(out, i);
        const stretch = Math.sqrt(degrees / (2 * drawGamma(random, degrees / 2)));
        for (let j = 0; j < d; j++) to[j] = stretch * drawNormal(random);
        multiplyLower(factor, to);
        for (let j = 0; j < d; j++) to[j]! += mean[j]!;
      }
      return out;
    },
    logDensity: (z) =>
      Float64Array.from({ length: z.n }, (_, i) => {
        const from = row(z, i).map((value, j) => value - mean[j]!);
        solveLower(factor, from);
        const square = from.reduce((sum, value) => sum + value * value, 0);
        return logTop - (degrees + d) / 2 * log1p(square / degrees);
      }),
  };
}
