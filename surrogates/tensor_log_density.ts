/**
 * A trained surrogate as a log density, on tensors.
 *
 * @module
 */

import {
  type Artifact,
  checkWeights,
  type Evaluation,
  type LogDensity,
  type Points,
  type Standardisation,
  standardSlope,
  UnsupportedError,
} from "@likely/core";
import { type Matrix, type Tensor, tf } from "@likely/core/tensor";
import { canReadNow } from "./_read.ts";
import { standardised } from "./_tensor_batch.ts";
import { network } from "./network.ts";

/** Pairs (θ, x) evaluated in one go; more are done in turns. */
const MOST_PAIRS = 16384;

/**
 * The output of a trained network as a function of θ, at the given rows of x.
 *
 * x is embedded once, here. Values are summed over the rows of x in float64, gradients in
 * float32; both are with respect to θ in raw units. A value that comes out as NaN (the network
 * ran away from where it was trained) is −∞, or +∞ for a cost, with gradient 0.
 *
 * @param artifact The surrogate.
 * @param x `[n, p]`: independent observations of one θ, n ≥ 1.
 * @returns Evaluates synchronously; owns tensors until disposed.
 * @throws {UnsupportedError} If it is no function of θ and x, or the backend cannot be read
 * without waiting (WebGPU).
 * @throws {TypeError | RangeError} If spec, weights or x do not fit together.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, fromRows } from "@likely/core";
 * import { useBackend } from "@likely/core/tensor";
 * import { tensorLogDensity } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * const artifact: Artifact = {
 *   kind: "ratio",
 *   // One layer: the output is 2 θ + 3 x.
 *   spec: {
 *     kind: "network",
 *     thetaDim: 1,
 *     xDim: 1,
 *     trunk: { kind: "mlp", hidden: [], activation: "silu" },
 *     head: { kind: "linear" },
 *   },
 *   weights: {
 *     "trunk/out/weight": { shape: [2, 1], data: new Float32Array([2, 3]) },
 *     "trunk/out/bias": { shape: [1], data: new Float32Array(1) },
 *   },
 *   prior: { kind: "independent", parameters: [{ name: "a", marginal: { kind: "normal", mean: 0, sd: 1 } }] },
 *   scaling: { theta: { mean: [0], std: [1] }, x: { mean: [0], std: [1] } },
 *   provenance: {
 *     simulator: "none",
 *     simulations: 0,
 *     failed: 0,
 *     key: "0:0",
 *     loss: { name: "bce", options: {} },
 *     engine: "none",
 *     versions: {},
 *     training: { loss: 0, epochs: 0 },
 *   },
 * };
 * using density = tensorLogDensity(artifact, fromRows([[1]]));
 * assertEquals(density.evaluate(fromRows([[5]])), {
 *   value: new Float64Array([13]),
 *   grad: new Float64Array([2]),
 * });
 * ```
 */
export function tensorLogDensity(artifact: Artifact, x: Points): LogDensity & Disposable {
  const { kind, spec, scaling } = artifact;
  requireReadable(artifact);
  requireObservation(x, spec.xDim);
  checkWeights(spec, artifact.weights);
  const { observe, output } = network(spec);
  const weights: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(artifact.weights)) {
    weights[name] = tf.keep(tf.tensor(data, [...shape]));
  }
  const seen = tf.keep(tf.tidy(() => observe(weights, standardised(x, scaling.x))));
  const turn = Math.max(1, Math.floor(MOST_PAIRS / x.n));

  const evaluateTurn = (points: Points, out: Required<Evaluation>, start: number): void => {
    const { value, grad } = tf.tidy(() => {
      // Without weights for them, the gradient adds up the outputs of all rows of x.
      const outputs = tf.valueAndGrad((theta) =>
        output(weights, { theta: theta as Matrix, atoms: points.n, seen })
      );
      return outputs(standardised(points, scaling.theta));
    });
    addRows(out.value.subarray(start, start + points.n), value.dataSync<"float32">());
    out.grad.set(grad.dataSync<"float32">(), start * points.dim);
    tf.dispose([value, grad]);
  };

  const evaluateValues = (points: Points, out: Evaluation, start: number): void => {
    const values = tf.tidy(() =>
      output(weights, { theta: standardised(points, scaling.theta), atoms: points.n, seen }).dataSync<
        "float32"
      >()
    );
    addRows(out.value.subarray(start, start + points.n), values);
  };

  return {
    name: `tfjs-${tf.getBackend()}`,
    dim: spec.thetaDim,
    evaluate: (points, options) => {
      const { gradient = true } = options ?? {};
      const { n, dim } = points;
      const out = { value: new Float64Array(n), grad: new Float64Array(n * dim) };
      for (let start = 0; start < n; start += turn) {
        const rows = Math.min(turn, n - start);
        const data = points.data.subarray(start * dim, (start + rows) * dim);
        (gradient ? evaluateTurn : evaluateValues)({ data, n: rows, dim }, out, start);
      }
      const { value, grad } = finish(out, points, scaling.theta, kind === "cost" ? Infinity : -Infinity);
      return gradient ? { value, grad: grad! } : { value };
    },
    [Symbol.dispose]: () => tf.dispose([seen, ...Object.values(weights)]),
  };
}

/** Adds the rows of `[x rows, n]` up. */
function addRows(sum: Float64Array, values: Float32Array): void {
  for (let k = 0; k < values.length; k++) sum[k % sum.length]! += values[k]!;
}

/** Turns gradients into raw units, and rows that are not numbers into `never`. */
function finish(out: Required<Evaluation>, theta: Points, by: Standardisation, never: number): Evaluation {
  const { value, grad } = out;
  const { data, dim } = theta;
  for (let i = 0; i < value.length; i++) {
    const rows = grad.subarray(i * dim, (i + 1) * dim);
    if (Number.isNaN(value[i]!)) value[i] = never;
    for (let j = 0; j < dim; j++) rows[j]! *= standardSlope(by, j, data[i * dim + j]!);
    if (!Number.isFinite(value[i]!) || !rows.every(Number.isFinite)) rows.fill(0);
  }
  return out;
}

function requireReadable({ kind }: Artifact): void {
  if (kind === "posterior") {
    throw new UnsupportedError("Cannot evaluate a posterior artifact as a network of (θ, x)");
  }
  if (!canReadNow()) {
    throw new UnsupportedError(
      "Cannot evaluate on webgpu as results must be read without waiting: use the wasm or cpu backend",
    );
  }
}

function requireObservation(x: Points, xDim: number): void {
  if (x.n < 1 || x.dim !== xDim) {
    throw new TypeError(
      `Cannot evaluate at an observation as x must be rows of ${xDim} numbers: current value is ${x.n} rows of ${x.dim}`,
    );
  }
  const bad = x.data.find((value) => !Number.isFinite(value));
  if (bad !== undefined) {
    throw new RangeError(`Cannot evaluate at an observation as x must be finite: current value is ${bad}`);
  }
}
