/**
 * A trained surrogate as a log density, or one for each of many observations, on tensors.
 *
 * @module
 */

import {
  type Artifact,
  checkWeights,
  type EvaluateOptions,
  type Evaluation,
  type LogDensity,
  logStandardSlopes,
  type ObservedDensities,
  type Points,
  points,
  standardBend,
  type Standardisation,
  standardSlope,
  unitSpec,
  UnsupportedError,
} from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";
import { requireReadable } from "./_read.ts";
import { standardised } from "./_tensor_batch.ts";
import { network } from "./network.ts";
import type { Joint } from "./tensor_network.ts";

/** Pairs (θ, x) evaluated in one go; more are done in turns. */
const MOST_PAIRS = 16384;

/**
 * The output of a trained network as a function of θ, at the given rows of x. Of a density it is the
 * log density in raw units, of x given θ or of θ given the one x, with its θ-gradient.
 *
 * x is embedded once, here. Values are summed over the rows of x in float64, gradients in
 * float32; both are with respect to θ in raw units. A value that comes out as NaN (the network
 * ran away from where it was trained) is −∞, or +∞ for a cost, with gradient 0; so is a posterior
 * beyond the ends of its θ.
 *
 * @param artifact The surrogate.
 * @param x `[n, p]`: independent observations of one θ, n ≥ 1.
 * @returns Evaluates synchronously; owns tensors until disposed.
 * @throws {UnsupportedError} If it is a posterior that is no density, or the backend cannot be read
 * without waiting (WebGPU).
 * @throws {TypeError | RangeError} If spec, weights or x do not fit together, or a posterior has
 * several observations.
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
  requireFunction(artifact);
  requireOneObservation(artifact, x);
  const slopes = slopesOfTarget(artifact, x).reduce((sum, value) => sum + value, 0);
  return observed(artifact, x, {
    meet: (seen, n) => ({ seen, atoms: n }),
    slopes: () => slopes,
    turn: Math.floor(MOST_PAIRS / x.n),
  });
}

/**
 * The output of a trained network as a function of θ, at each row of x: density i is that of
 * row i, and points of all of them are evaluated together.
 *
 * Units, precision and NaN are as in {@linkcode tensorLogDensity}.
 *
 * @param artifact The surrogate.
 * @param x `[n, p]`: n observations, n ≥ 1.
 * @returns Evaluates synchronously; owns tensors until disposed.
 * @throws {UnsupportedError | TypeError | RangeError} As {@linkcode tensorLogDensity}.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, fromRows } from "@likely/core";
 * import { useBackend } from "@likely/core/tensor";
 * import { tensorLogDensities } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * // One layer: the output is 2 θ + 3 x.
 * const artifact = {
 *   kind: "ratio",
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
 *   scaling: { theta: { mean: [0], std: [1] }, x: { mean: [0], std: [1] } },
 * } as unknown as Artifact;
 * using densities = tensorLogDensities(artifact, fromRows([[1], [10]]));
 * const { value } = densities.evaluate(fromRows([[5], [5], [0]]), { chains: [0, 1, 3] });
 * assertEquals(value, new Float64Array([13, 40, 30]));
 * ```
 */
export function tensorLogDensities(artifact: Artifact, x: Points): ObservedDensities {
  const slopes = slopesOfTarget(artifact, x);
  return observed(artifact, x, {
    meet: (seen, n, chainOf) => {
      const rows = Int32Array.from({ length: n }, (_, i) => chainOf(i) % x.n);
      return { seen: tf.gather(seen, tf.tensor1d(rows, "int32")) as Matrix, atoms: 1 };
    },
    slopes: (chain) => slopes[chain % x.n]!,
    turn: MOST_PAIRS,
  });
}

/** How points and rows of x meet. */
interface Meeting {
  /** Which rows meet the n points of one turn, given the chains that these belong to. */
  readonly meet: (seen: Matrix, n: number, chainOf: (i: number) => number) => Omit<Joint, "theta">;
  /** What is added to a value for its rows of x, given its chain. */
  readonly slopes: (chain: number) => number;
  /** Most points of one turn. */
  readonly turn: number;
}

/** What standardisation adds to the log density of each row of x, if that is what the network has. */
function slopesOfTarget({ spec, scaling }: Artifact, x: Points): Float64Array {
  const isTarget = spec.kind !== "network" && spec.target === "x" && x.dim === spec.xDim;
  return isTarget ? logStandardSlopes(scaling.x, x) : new Float64Array(x.n);
}

function observed(artifact: Artifact, x: Points, { meet, slopes, turn: most }: Meeting): ObservedDensities {
  const { kind, scaling } = artifact;
  const { spec, unit } = unitSpec(artifact.spec);
  const { weights, seen, embedded, output } = load({ ...artifact, spec }, x);
  const turn = Math.max(1, most);
  const ofTheta = spec.kind !== "network" && spec.target === "theta";

  /** Adds values up over the rows of x that each point meets, and fills `grad` if it is there. */
  const evaluateTurn = (points: Points, out: Evaluation, chainOf: (i: number) => number): void =>
    tf.tidy(() => {
      const joint = meet(seen, points.n, chainOf);
      // Without weights for them, the gradient adds up the outputs of all rows of x.
      const at = (theta: Tensor) => output(weights, { theta: theta as Matrix, ...joint });
      const theta = standardised(points, scaling.theta);
      const { value, grad } = out.grad ? tf.valueAndGrad(at)(theta) : { value: at(theta) };
      const values = value.dataSync<"float32">();
      for (let k = 0; k < values.length; k++) out.value[k % points.n]! += values[k]!;
      if (grad) out.grad!.set(grad.dataSync<"float32">());
    });

  const evaluate = (points: Points, { gradient = true, chains }: EvaluateOptions = {}): Evaluation => {
    const { n, dim } = points;
    const out = { value: new Float64Array(n), ...(gradient && { grad: new Float64Array(n * dim) }) };
    for (let start = 0; start < n; start += turn) {
      const end = Math.min(start + turn, n);
      const value = out.value.subarray(start, end);
      const grad = out.grad?.subarray(start * dim, end * dim);
      const rows = { data: points.data.subarray(start * dim, end * dim), n: end - start, dim };
      evaluateTurn(rows, { value, ...(grad && { grad }) }, (i) => chains ? chains[start + i]! : start + i);
    }
    for (let i = 0; i < n; i++) out.value[i]! += slopes(chains ? chains[i]! : i);
    const finished = finish(out, points, { by: scaling.theta, unit });
    return settle(ofTheta ? withSlopes(finished, points, scaling.theta) : finished, kind);
  };

  return {
    name: `tfjs-${tf.getBackend()}`,
    dim: spec.thetaDim,
    count: x.n,
    embedded,
    evaluate,
    [Symbol.dispose]: () => tf.dispose([seen, ...Object.values(weights)]),
  };
}

/** The network with its weights on the device and x embedded; the caller owns the tensors. */
function load(artifact: Artifact, x: Points) {
  const { spec, scaling } = artifact;
  requireFunction(artifact);
  requireReadable();
  requireObservation(x, spec.xDim);
  checkWeights(spec, artifact.weights);
  const { embed, observe, output } = network(spec);
  const weights: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(artifact.weights)) {
    weights[name] = tf.keep(tf.tensor(data, [...shape]));
  }
  const rows = tf.tidy(() => embed(weights, standardised(x, scaling.x)));
  const seen = tf.keep(observe(weights, rows));
  const embedded = points(Float64Array.from(rows.dataSync<"float32">()), rows.shape[1]);
  rows.dispose();
  return { weights, seen, embedded, output };
}

/** What outputs and gradients are in. */
interface Units {
  readonly by: Standardisation;
  readonly unit: number;
}

/** Turns values and gradients into raw units. */
function finish(out: Evaluation, { data, dim }: Points, { by, unit }: Units): Evaluation {
  out.value.forEach((value, i) => out.value[i] = unit * value);
  out.grad?.forEach((slope, k) => out.grad![k] = unit * slope * standardSlope(by, k % dim, data[k]!));
  return out;
}

/** Turns the log density of standardised θ into that of θ. */
function withSlopes(out: Evaluation, theta: Points, by: Standardisation): Evaluation {
  logStandardSlopes(by, theta).forEach((slopes, i) => out.value[i]! += slopes);
  out.grad?.forEach((slope, k) => out.grad![k] = slope + standardBend(by, k % theta.dim, theta.data[k]!));
  return out;
}

/** What is no number is never accepted; it has no slope. */
function settle(out: Evaluation, kind: Artifact["kind"]): Evaluation {
  const { value, grad } = out;
  const dim = (grad?.length ?? 0) / value.length;
  for (let i = 0; i < value.length; i++) {
    if (Number.isNaN(value[i]!)) value[i] = kind === "cost" ? Infinity : -Infinity;
    const slopes = grad?.subarray(i * dim, (i + 1) * dim);
    if (slopes && !(Number.isFinite(value[i]!) && slopes.every(Number.isFinite))) slopes.fill(0);
  }
  return out;
}

function requireFunction({ kind, spec, others }: Artifact): void {
  if (others) throw new UnsupportedError("Cannot evaluate an ensemble as one network: tensorEngine() can");
  if (kind !== "posterior" || spec.kind !== "network") return;
  throw new UnsupportedError("Cannot evaluate a posterior artifact as a network of (θ, x)");
}

function requireOneObservation({ kind }: Artifact, x: Points): void {
  if (kind !== "posterior" || x.n === 1) return;
  throw new TypeError(
    `Cannot evaluate a posterior at several observations of one theta as it was learned from one: current value is ${x.n}`,
  );
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
