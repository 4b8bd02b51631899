// Where the training of a quadratic cost starts: at linear regression.

import {
  type Dataset,
  initWeights,
  type Key,
  type NetworkSpec,
  type QuadraticHead,
  type Scaling,
  standardise,
  type Weight,
  type Weights,
} from "@likely/core";
import { cholesky, solveLower, solveUpper } from "@likely/core/cholesky";

/** Standardised rows of parameters u and data v. */
interface Rows {
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly d: number;
  readonly p: number;
}

/**
 * Weights of a quadratic head whose centre is the least-squares line of x on θ and whose height
 * is the mean cost of what the line leaves: a simulator that is linear is learned before the
 * first step, and one that is not is extrapolated sensibly. Features of x are no lines in θ:
 * their centre starts at zero.
 */
export function linearStart(
  key: Key,
  spec: NetworkSpec & { readonly head: QuadraticHead },
  { theta, x }: Dataset,
  scaling: Scaling,
): Weights {
  const { weights: { length: q }, features } = spec.head;
  const skip: Weight = { shape: [theta.dim, q], data: new Float32Array(theta.dim * q) };
  const bias: Weight = { shape: [q + 1], data: new Float32Array(q + 1) };
  if (!features) {
    const rows = {
      u: standardise(theta, scaling.theta),
      v: standardise(x, scaling.x),
      d: theta.dim,
      p: x.dim,
    };
    skip.data.set(regression(rows));
    bias.data[q] = heightOf(leftOver(rows, skip.data, spec.head) / x.n, spec.head.scale);
  }
  return { ...initWeights(key, spec), "trunk/out/bias": bias, "skip/weight": skip };
}

/** The v with `scale · softplus(v) = height`. */
function heightOf(height: number, scale: number): number {
  return Math.log(Math.expm1(Math.max(height / scale, 1e-6)));
}

/** The cost, summed over rows, of what the line leaves. */
function leftOver({ u, v, d, p }: Rows, line: Float32Array, { weights }: QuadraticHead): number {
  let sum = 0;
  for (let i = 0; i * p < v.length; i++) {
    for (let k = 0; k < p; k++) {
      let away = v[i * p + k]!;
      for (let j = 0; j < d; j++) away -= u[i * d + j]! * line[j * p + k]!;
      sum += weights[k]! * away ** 2;
    }
  }
  return sum;
}

/** `(uᵀu)⁻¹ uᵀv`, `[d, p]`; standardised rows need no intercept. */
function regression({ u, v, d, p }: Rows): Float64Array {
  const [gram, cross] = [new Float64Array(d * d), new Float64Array(p * d)];
  for (let i = 0; i * d < u.length; i++) {
    for (let a = 0; a < d; a++) {
      const at = u[i * d + a]!;
      for (let b = 0; b < d; b++) gram[a * d + b]! += at * u[i * d + b]!;
      for (let k = 0; k < p; k++) cross[k * d + a]! += at * v[i * p + k]!;
    }
  }
  const factor = cholesky(gram, { floor: 1e-6 });
  const line = new Float64Array(d * p);
  for (let k = 0; k < p; k++) {
    const column = cross.subarray(k * d, (k + 1) * d);
    solveLower(factor, column);
    solveUpper(factor, column);
    column.forEach((value, a) => line[a * p + k] = value);
  }
  return line;
}
