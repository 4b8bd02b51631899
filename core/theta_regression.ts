/**
 * Parameters as they follow from data on average: where to look for them.
 *
 * @module
 */

import { cholesky, solveLower, solveUpper } from "./cholesky.ts";
import { type Points, points, row, zeros } from "./points.ts";
import { type Standardisation, standardise } from "./scaling.ts";
import { type Support, unconstrain } from "./support.ts";

/** A regression of unconstrained θ on what x is, and on its squares. */
export interface ThetaRegression {
  /** `[d][1 + 2p]`: of 1, of standardised x, and of its squares. */
  readonly coefficients: readonly (readonly number[])[];
  /** `[d][d]`, lower triangular: times its transpose, the covariance of what the regression leaves. */
  readonly factor: readonly (readonly number[])[];
}

/** A small share of the features' own variance, so that columns which say the same do no harm. */
const RIDGE = 1e-6;
/** Standardised x beyond is held: a square would carry the line far away. */
const FARTHEST = 4;

/**
 * Fits the regression by least squares.
 *
 * @param theta `[n, d]`, inside the support.
 * @param x `[n, p]`.
 * @param support Of θ.
 * @param scaling Of x.
 * @returns The regression.
 * @throws {RangeError} If there are fewer rows than features, or a row is outside the support.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { expectedTheta, fromRows, thetaRegression } from "@likely/core";
 *
 * const x = fromRows(Array.from({ length: 50 }, (_, i) => [i / 25 - 1]));
 * const scaling = { mean: [0], std: [1] };
 * const fitted = thetaRegression(fromRows([...x.data].map((a) => [3 * a + 1])), x, {
 *   support: [{ low: -Infinity, high: Infinity }],
 *   scaling,
 * });
 * assertAlmostEquals(expectedTheta(fitted, [0.5], scaling)[0]!, 2.5, 1e-4);
 * ```
 */
export function thetaRegression(
  theta: Points,
  x: Points,
  { support, scaling }: { readonly support: Support; readonly scaling: Standardisation },
): ThetaRegression {
  const z = unconstrain(support, theta);
  const f = features(x, scaling);
  const width = f.dim;
  if (x.n <= width) {
    throw new RangeError(
      `Cannot fit a regression as there must be more rows than its ${width} features: current number is ${x.n}`,
    );
  }
  const gram = crossed(f, f);
  for (let k = 0; k < width; k++) gram[k * width + k]! += RIDGE * x.n;
  const root = cholesky(gram, { action: "fit a regression", name: "its Gram matrix", floor: 1e-12 });
  const sums = crossed(z, f);
  const coefficients = Array.from({ length: z.dim }, (_, j) => {
    const column = sums.slice(j * width, (j + 1) * width);
    solveLower(root, column);
    solveUpper(root, column);
    return column;
  });
  const rest = zeros(z.n, z.dim);
  for (let i = 0; i < z.n; i++) {
    for (let j = 0; j < z.dim; j++) {
      rest.data[i * z.dim + j] = z.data[i * z.dim + j]! - dot(coefficients[j]!, row(f, i));
    }
  }
  const covariance = crossed(rest, rest).map((sum) => sum / (z.n - width));
  const factor = cholesky(covariance, { action: "fit a regression", name: "its residuals", floor: 1e-9 });
  return {
    coefficients: coefficients.map((row) => [...row]),
    factor: Array.from({ length: z.dim }, (_, j) => [...factor.slice(j * z.dim, (j + 1) * z.dim)]),
  };
}

/**
 * Where unconstrained θ is expected for an observation.
 *
 * @param regression The regression.
 * @param x `[p]`.
 * @param scaling Of x.
 * @returns `[d]`.
 */
export function expectedTheta(
  { coefficients }: ThetaRegression,
  x: ArrayLike<number>,
  scaling: Standardisation,
): Float64Array {
  const f = features(points(Float64Array.from(x), x.length), scaling).data;
  return Float64Array.from(coefficients, (row) => dot(row, f));
}

/** 1, standardised x, its squares. */
function features(x: Points, scaling: Standardisation): Points {
  const seen = standardise(x, scaling);
  const { n, dim } = x;
  const out = zeros(n, 1 + 2 * dim);
  for (let i = 0; i < n; i++) {
    const to = row(out, i);
    to[0] = 1;
    for (let k = 0; k < dim; k++) {
      const value = Math.max(-FARTHEST, Math.min(FARTHEST, seen[i * dim + k]!));
      to[1 + k] = value;
      to[1 + dim + k] = value * value;
    }
  }
  return out;
}

/** `aᵀ b`, `[a.dim, b.dim]`. */
function crossed(a: Points, b: Points): Float64Array {
  const out = new Float64Array(a.dim * b.dim);
  for (let i = 0; i < a.n; i++) {
    const [of, other] = [row(a, i), row(b, i)];
    for (let j = 0; j < a.dim; j++) {
      for (let k = 0; k < b.dim; k++) out[j * b.dim + k]! += of[j]! * other[k]!;
    }
  }
  return out;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
