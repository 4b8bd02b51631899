/**
 * Scores for simulators that have none by hand: by automatic differentiation of a log density that
 * is written in tensor operations.
 *
 * @module
 */

import { type Points, type Simulator, UnsupportedError, zeros } from "@likely/core";
import { requireColumns, requireInteger, requireLength } from "@likely/core/check";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Scalar, Tensor, Vector } from "@likely/core/tensor";
import { canReadNow } from "./_read.ts";

const ACTION = "differentiate a log density";

/**
 * log p(x | θ) of every row in nats, `[n]`, for `theta: [n, d]` and `x: [n, p]`, both borrowed; row i
 * must depend on the rows i alone. It runs inside a `tf.tidy`.
 */
export type TensorLogLikelihood = (theta: Matrix, x: Matrix) => Vector;

/** Options of {@linkcode automaticScore}. */
export interface AutomaticScoreOptions {
  /**
   * Rows differentiated in one go; more are done in turns.
   *
   * @default {1024}
   */
  readonly batchRows?: number;
}

/**
 * Gives a simulator the score `∇θ log p(x | θ)` of a log density in tensor operations.
 *
 * The log density is the user's word: nothing checks that the simulator draws from it, except that
 * the scores of data simulated at one θ must have mean 0. Tensors are float32: a score is right to
 * about 10⁻⁶ of the largest term of the sum that it is, so centre and scale what can be, and
 * prefer a score by hand where terms cancel. A log-likelihood comes along, to the same accuracy,
 * unless the simulator has one; a score that it had, and `simulateScored`, are replaced.
 *
 * The first call needs a backend in use (`useBackend`), any but WebGPU, which cannot be read
 * without waiting. Use operations that `@likely/core/tensor` lists as checked.
 *
 * @param simulator What draws x.
 * @param logLikelihood Its log density, in tensor operations.
 * @param options Rows in one go.
 * @returns The simulator with a score.
 * @throws {RangeError} If `batchRows` is out of range. Its functions throw `TypeError` if rows have
 * the wrong width or the log density is not of shape `[n]`, and `UnsupportedError` on WebGPU.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { drawNormal, fromRows, simulator } from "@likely/core";
 * import { tf, useBackend, type Vector } from "@likely/core/tensor";
 * import { automaticScore } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * const noisy = simulator({
 *   name: "noisy",
 *   thetaDim: 1,
 *   xDim: 1,
 *   simulate: (random, theta) => [drawNormal(random, theta[0]!)],
 * });
 * const scored = automaticScore(
 *   noisy,
 *   (theta, x) => tf.sum(tf.mul(-0.5, tf.square(tf.sub(x, theta))), 1) as Vector,
 * );
 * assertAlmostEquals(scored.score!(fromRows([[1]]), fromRows([[3]])).data[0]!, 2, 1e-6);
 * ```
 */
export function automaticScore(
  simulator: Simulator,
  logLikelihood: TensorLogLikelihood,
  options: AutomaticScoreOptions = {},
): Simulator {
  const { batchRows = 1024 } = options;
  requireInteger(ACTION, "batchRows", batchRows, 1);
  const { name, thetaDim, xDim, levels } = simulator;
  const values = (theta: Matrix, x: Matrix): Vector => {
    const out = logLikelihood(theta, x);
    requireShape(out, theta.shape[0]);
    return out;
  };
  // Rows do not mix, so the gradient of the sum holds each row's own.
  const slopes = (theta: Matrix, x: Matrix) =>
    tf.grad((at: Tensor) => tf.sum(values(at as Matrix, x)) as Scalar)(theta);
  const byRows = (theta: Points, x: Points, at: (theta: Matrix, x: Matrix) => Tensor, dim: number) => {
    requireColumns(ACTION, "theta", theta, thetaDim);
    requireColumns(ACTION, "x", x, xDim);
    requireLength(ACTION, "x", x.n, theta.n);
    return inTurns(theta, x, at, { batchRows, dim });
  };
  return {
    name,
    thetaDim,
    xDim,
    ...(levels && { levels }),
    simulate: (key, theta, first) => simulator.simulate(key, theta, first),
    logLikelihood: (theta, x) => simulator.logLikelihood?.(theta, x) ?? byRows(theta, x, values, 1).data,
    score: (theta, x) => byRows(theta, x, slopes, thetaDim),
  };
}

function inTurns(
  theta: Points,
  x: Points,
  at: (theta: Matrix, x: Matrix) => Tensor,
  { batchRows, dim }: { readonly batchRows: number; readonly dim: number },
): Points {
  if (!canReadNow()) {
    throw new UnsupportedError(
      `Cannot ${ACTION} on webgpu as results must be read without waiting: use the wasm or cpu backend`,
    );
  }
  const out = zeros(theta.n, dim);
  for (let start = 0; start < theta.n; start += batchRows) {
    const end = Math.min(start + batchRows, theta.n);
    tf.tidy(() => {
      const rows = at(toDevice(theta, start, end), toDevice(x, start, end));
      out.data.set(rows.dataSync<"float32">(), start * dim);
    });
  }
  return out;
}

function toDevice({ data, dim }: Points, start: number, end: number): Matrix {
  return tf.tensor2d(Float32Array.from(data.subarray(start * dim, end * dim)), [end - start, dim]);
}

function requireShape(values: Tensor, n: number): void {
  if (values.rank === 1 && values.shape[0] === n) return;
  throw new TypeError(
    `Cannot ${ACTION} as it must return shape [${n}]: current shape is [${values.shape.join(", ")}]`,
  );
}
