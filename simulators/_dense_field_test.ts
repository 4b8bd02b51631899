// Gaussian fields by the book, and what every exact score must satisfy: what the fast ones are
// compared with.

import { assert } from "@std/assert";
import { key, type Points, points, type Simulator } from "@likely/core";

type Rows = readonly (readonly number[])[];

/** The covariance at θ, entry by entry. */
export type Covariance = (theta: readonly number[], s: number, t: number) => number;

/** log p, score and Fisher information of N(0, K(θ)); ∂K by fourth-order differences. */
export function denseGaussian(covariance: Covariance, theta: readonly number[], n: number) {
  const at = (by: readonly number[]): Rows => grid(n, (s, t) => covariance(by, s, t));
  const step = 1e-3;
  const slopes = theta.map((_, j) => {
    const moved = (k: number) => at(theta.map((value, i) => i === j ? value + k * step : value));
    const [p1, m1, p2, m2] = [moved(1), moved(-1), moved(2), moved(-2)];
    return grid(n, (s, t) => (8 * (p1[s]![t]! - m1[s]![t]!) - (p2[s]![t]! - m2[s]![t]!)) / (12 * step));
  });
  const { inverse, logDet } = invert(at(theta));
  const solved = slopes.map((slope) => multiply(inverse, slope));
  const form = (matrix: Rows, x: ArrayLike<number>) =>
    matrix.reduce(
      (sum, line, s) => sum + x[s]! * line.reduce((part, value, t) => part + value * x[t]!, 0),
      0,
    );
  return {
    logLikelihood: (x: ArrayLike<number>) => -(n * Math.log(2 * Math.PI) + logDet + form(inverse, x)) / 2,
    score: (x: ArrayLike<number>) =>
      solved.map((one) =>
        (form(multiply(one, inverse), x) - one.reduce((sum, line, s) => sum + line[s]!, 0)) / 2
      ),
    fisher: solved.map((a) =>
      solved.map((b) => multiply(a, b).reduce((sum, line, s) => sum + line[s]!, 0) / 2)
    ),
  };
}

/** `n` copies of one θ. */
export function repeat(theta: readonly number[], n: number): Points {
  return points(
    Float64Array.from({ length: n * theta.length }, (_, k) => theta[k % theta.length]!),
    theta.length,
  );
}

/** Central differences of fourth order of a log-likelihood. */
export function differences(
  logLikelihood: (theta: Points, x: Points) => Float64Array,
  theta: Points,
  x: Points,
): Float64Array {
  const { n, dim } = theta;
  const out = new Float64Array(n * dim);
  for (let j = 0; j < dim; j++) {
    const moved = (k: number) =>
      logLikelihood(points(theta.data.map((value, i) => i % dim === j ? value + k * 1e-3 : value), dim), x);
    const [p1, m1, p2, m2] = [moved(1), moved(-1), moved(2), moved(-2)];
    for (let i = 0; i < n; i++) {
      out[i * dim + j] = (8 * (p1[i]! - m1[i]!) - (p2[i]! - m2[i]!)) / 12e-3;
    }
  }
  return out;
}

/** Checks that scores at one θ have mean 0 and the Fisher information for covariance. */
export function assertFisher(scores: Points, fisher: Rows, errors = 4): void {
  const { data, n, dim } = scores;
  for (let i = 0; i < dim; i++) {
    let mean = 0;
    for (let k = 0; k < n; k++) mean += data[k * dim + i]! / n;
    const z = mean / Math.sqrt(fisher[i]![i]! / n);
    assert(Math.abs(z) < errors, `mean of score ${i}: ${z} standard errors`);
    for (let j = 0; j <= i; j++) {
      let [sum, squares] = [0, 0];
      for (let k = 0; k < n; k++) {
        const product = data[k * dim + i]! * data[k * dim + j]!;
        sum += product / n;
        squares += product * product / n;
      }
      const error = Math.sqrt((squares - sum * sum) / n);
      assert(
        Math.abs(sum - fisher[i]![j]!) < errors * error,
        `covariance ${i}, ${j}: ${sum} ± ${error}, Fisher ${fisher[i]![j]}`,
      );
    }
  }
}

/** Scores of `n` data sets simulated at one θ. */
export function scoresAt(simulator: Simulator, theta: readonly number[], n: number): Points {
  const rows = repeat(theta, n);
  if (simulator.simulateScored) return simulator.simulateScored(key(11), rows).score;
  return simulator.score!(rows, simulator.simulate(key(11), rows));
}

function grid(n: number, entry: (s: number, t: number) => number): Rows {
  return Array.from({ length: n }, (_, s) => Array.from({ length: n }, (_, t) => entry(s, t)));
}

function multiply(a: Rows, b: Rows): Rows {
  return grid(a.length, (s, t) => a[s]!.reduce((sum, value, k) => sum + value * b[k]![t]!, 0));
}

// Gauss–Jordan: of a positive definite matrix no pivot has to be searched for.
function invert(matrix: Rows): { inverse: Rows; logDet: number } {
  const n = matrix.length;
  const work = matrix.map((line, s) => [...line, ...line.map((_, t) => Number(s === t))]);
  let logDet = 0;
  for (let s = 0; s < n; s++) {
    const pivot = work[s]![s]!;
    logDet += Math.log(pivot);
    work[s] = work[s]!.map((value) => value / pivot);
    for (let t = 0; t < n; t++) {
      const factor = work[t]![s]!;
      if (t !== s) work[t] = work[t]!.map((value, k) => value - factor * work[s]![k]!);
    }
  }
  return { inverse: work.map((line) => line.slice(n)), logDet };
}
