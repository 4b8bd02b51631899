/**
 * Jointly normal priors.
 *
 * @module
 */

import { log } from "./elementary.ts";
import { requireColumns, requireFinite, requireLength } from "./check.ts";
import { requireArray, requireNames } from "./_plain_data.ts";
import { rowSampler } from "./_rows.ts";
import { cholesky, multiplyLower, solveLower, solveUpper } from "./cholesky.ts";
import { drawNormal } from "./draw_normal.ts";
import { type Points, row, zeros } from "./points.ts";
import type { MultivariateNormalSpec, Prior } from "./prior.ts";

const ACTION = "build a multivariate normal";

/**
 * Builds the jointly normal prior, with r = θ − mean:
 * `log p(θ) = −½ rᵀ Σ⁻¹ r − ½ log det Σ − (d/2) log 2π`.
 *
 * @typeParam Name The names.
 * @param names One distinct name per parameter.
 * @param mean `[d]`.
 * @param covariance Σ, `[d][d]`, symmetric positive definite.
 * @returns The prior.
 * @throws {TypeError} If the lengths do not agree.
 * @throws {RangeError} If a value is not finite, a name is empty, whole-numbered or repeated,
 * or Σ is not symmetric and positive definite.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, multivariateNormal } from "@likely/core";
 *
 * const prior = multivariateNormal(["a", "b"], [0, 0], [[2, 1], [1, 2]]);
 * const expected = -0.5 * Math.log(3) - Math.log(2 * Math.PI);
 * assertAlmostEquals(prior.logDensity(fromRows([[0, 0]]))[0]!, expected);
 * ```
 */
export function multivariateNormal<Name extends string>(
  names: readonly Name[],
  mean: readonly number[],
  covariance: readonly (readonly number[])[],
): Prior<Name> {
  requireNames(ACTION, names);
  requireMoments(names.length, mean, covariance);
  const spec: MultivariateNormalSpec = {
    kind: "multivariate_normal",
    names: [...names],
    mean: [...mean],
    covariance: covariance.map((values) => [...values]),
  };
  const matrix = Float64Array.from(covariance.flat());
  return fromFactor(spec, cholesky(matrix, { action: ACTION, name: "covariance" })) as Prior<Name>;
}

function fromFactor(spec: MultivariateNormalSpec, factor: Float64Array): Prior {
  const { names, mean } = spec;
  const dim = names.length;
  const logScale = 0.5 * dim * log(2 * Math.PI) + logDiagonal(factor, dim);
  return {
    names,
    dim,
    support: names.map(() => ({ low: -Infinity, high: Infinity })),
    spec,
    sample: rowSampler(dim, (random, out) => {
      for (let j = 0; j < dim; j++) out[j] = drawNormal(random);
      multiplyLower(factor, out);
      for (let j = 0; j < dim; j++) out[j]! += mean[j]!;
    }),
    logDensity: (theta) => {
      const whitened = residuals(theta, mean, (r) => solveLower(factor, r));
      return Float64Array.from({ length: theta.n }, (_, i) => logStandard(row(whitened, i), logScale));
    },
    score: (theta) =>
      residuals(theta, mean, (r) => {
        solveLower(factor, r);
        solveUpper(factor, r);
        // Rows that are not finite are outside the support.
        const isFinite = r.every(Number.isFinite);
        for (let j = 0; j < dim; j++) r[j] = isFinite ? -r[j]! : 0;
      }),
  };
}

function requireMoments(
  dim: number,
  mean: readonly number[],
  covariance: readonly (readonly number[])[],
): void {
  requireArray(ACTION, "mean", mean);
  requireArray(ACTION, "covariance", covariance);
  requireLength(ACTION, "mean", mean.length, dim);
  requireLength(ACTION, "covariance", covariance.length, dim);
  mean.forEach((value, j) => requireFinite(ACTION, `mean[${j}]`, value));
  covariance.forEach((values, i) => {
    requireArray(ACTION, `covariance[${i}]`, values);
    requireLength(ACTION, `covariance[${i}]`, values.length, dim);
    values.forEach((value, j) => requireFinite(ACTION, `covariance[${i}][${j}]`, value));
  });
  requireSymmetric(covariance);
}

function requireSymmetric(covariance: readonly (readonly number[])[]): void {
  covariance.forEach((values, i) =>
    values.forEach((value, j) => {
      const mirror = covariance[j]![i]!;
      // A computed covariance may differ from its mirror image by rounding.
      if (Math.abs(value - mirror) <= 1e-9 * Math.max(Math.abs(value), Math.abs(mirror))) return;
      throw new RangeError(
        `Cannot ${ACTION} as covariance must be symmetric: [${i}][${j}] is ${value}, [${j}][${i}] is ${mirror}`,
      );
    })
  );
}

/** Rows of θ − mean, each then changed in place. */
function residuals(theta: Points, mean: readonly number[], change: (r: Float64Array) => void): Points {
  requireColumns("evaluate a prior", "points", theta, mean.length);
  const out = zeros(theta.n, theta.dim);
  for (let i = 0; i < theta.n; i++) {
    const r = row(out, i);
    for (let j = 0; j < theta.dim; j++) r[j] = theta.data[i * theta.dim + j]! - mean[j]!;
    change(r);
  }
  return out;
}

function logStandard(z: Float64Array, logScale: number): number {
  const squares = z.reduce((sum, value) => sum + value * value, 0);
  // NaN and infinite rows are outside the support.
  return Number.isFinite(squares) ? -0.5 * squares - logScale : -Infinity;
}

function logDiagonal(factor: Float64Array, dim: number): number {
  let sum = 0;
  for (let j = 0; j < dim; j++) sum += log(factor[j * dim + j]!);
  return sum;
}
