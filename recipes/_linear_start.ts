// Where the training of a cost of known shape starts: at linear regression.

import {
  type Dataset,
  initWeights,
  type Key,
  type MeasuringHead,
  type NetworkSpec,
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
 * Weights of a head that measures x, whose centre is the least-squares line of x on θ and whose
 * height is the mean cost of what the line leaves: a simulator that is linear is learned before the
 * first step, and one that is not is extrapolated sensibly. Features of x are no lines in θ:
 * their centre starts at zero.
 */
export function linearStart(
  key: Key,
  spec: NetworkSpec & { readonly head: MeasuringHead },
  { theta, x }: Dataset,
  scaling: Scaling,
): Weights {
  const { head } = spec;
  const { weights: { length: q } } = head;
  const drawn = initWeights(key, spec);
  const skip: Weight = { shape: [theta.dim, q], data: new Float32Array(theta.dim * q) };
  const bias = { ...drawn["trunk/out/bias"]!, data: new Float32Array(drawn["trunk/out/bias"]!.data.length) };
  if (head.kind === "absolute" || !head.features) {
    const rows = {
      u: standardise(theta, scaling.theta),
      v: standardise(x, scaling.x),
      d: theta.dim,
      p: x.dim,
    };
    skip.data.set(regression(rows));
    bias.data.set(heights(head, rows, skip.data), q);
  }
  return { ...drawn, "trunk/out/bias": bias, "skip/weight": skip };
}

/** What the head adds to a centre, so that the mean cost of what the line leaves is right. */
function heights(head: MeasuringHead, rows: Rows, line: Float32Array): number[] {
  if (head.kind === "absolute") {
    // At its centre a logistic of scale s costs 2 ln 2 · s.
    return leftOver(rows, line, Math.abs).map((cost) => softplusInverse(cost / (2 * Math.LN2)));
  }
  const costs = leftOver(rows, line, (away) => away ** 2);
  const height = costs.reduce((sum, cost, k) => sum + head.weights[k]! * cost, 0);
  return [softplusInverse(height / head.scale)];
}

/** The v with `softplus(v) = value`. */
function softplusInverse(value: number): number {
  return Math.log(Math.expm1(Math.max(value, 1e-6)));
}

/** `[p]`: the mean cost of what the line leaves. */
function leftOver({ u, v, d, p }: Rows, line: Float32Array, cost: (away: number) => number): number[] {
  const sums = new Array<number>(p).fill(0);
  const n = v.length / p;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < p; k++) {
      let away = v[i * p + k]!;
      for (let j = 0; j < d; j++) away -= u[i * d + j]! * line[j * p + k]!;
      sums[k]! += cost(away) / n;
    }
  }
  return sums;
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
