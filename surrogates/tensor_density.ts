/**
 * A trained density estimator on tensors.
 *
 * @module
 */

import {
  type Artifact,
  type ConditionalDensity,
  type DensitySpec,
  gatherRows,
  logStandardSlopes,
  plainDensity,
  type Points,
  requireSides,
  UnsupportedError,
} from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";
import { requireReadable } from "./_read.ts";
import { standardised } from "./_tensor_batch.ts";
import { network } from "./network.ts";

/** Pairs of target and condition evaluated in one go. */
const MOST_PAIRS = 16384;

/**
 * Puts a density estimator on the device: log densities in float32; draws are made by
 * {@linkcode plainDensity}, in float64 on the host.
 *
 * @param artifact A posterior, or a likelihood that is a density of x.
 * @returns Evaluates synchronously; owns tensors until disposed.
 * @throws {UnsupportedError} If the artifact's network is no density, or the backend cannot be read
 * without waiting (WebGPU).
 * @throws {TypeError | RangeError} If spec and weights do not fit together.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type Artifact, fromRows, initWeights, key } from "@likely/core";
 * import { useBackend } from "@likely/core/tensor";
 * import { tensorDensity } from "@likely/surrogates";
 *
 * await useBackend("cpu");
 * const spec = { kind: "maf", thetaDim: 1, xDim: 1, target: "x", transforms: 1, hidden: [], activation: "tanh" } as const;
 * const artifact = {
 *   kind: "likelihood",
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   scaling: { theta: { mean: [3], std: [2] }, x: { mean: [0], std: [1] } },
 * } as unknown as Artifact;
 * using density = tensorDensity(artifact);
 * const draws = density.sample(key(1), 1000, fromRows([[0.5], [2]]));
 * assertAlmostEquals(draws.data.reduce((sum, x) => sum + x / 2000, 0), 0, 0.1);
 * ```
 */
export function tensorDensity(artifact: Artifact): ConditionalDensity & Disposable {
  const { spec, scaling, others } = artifact;
  if (others) throw new UnsupportedError("Cannot read an ensemble as one network: tensorEngine() can");
  // It checks everything that can be wrong.
  const { sample } = plainDensity(artifact);
  requireReadable();
  const halves = network(spec);
  const weights: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(artifact.weights)) {
    weights[name] = tf.keep(tf.tensor(data, [...shape]));
  }

  /** Values of standardised targets, row i beside row `of(i)` of the conditions. */
  const evaluate = (target: Points, condition: Points, of: Uint32Array): Float32Array =>
    tf.tidy(() => {
      const { embed, observe, output } = halves;
      if (isOfX(spec)) {
        const theta = standardised(gatherRows(condition, of), scaling.theta);
        const seen = standardised(target, scaling.x);
        return output(weights, { theta, atoms: 1, seen }).dataSync<"float32">();
      }
      const seen = observe(weights, embed(weights, standardised(condition, scaling.x)));
      const own = tf.gather(seen, tf.tensor1d(Int32Array.from(of), "int32")) as Matrix;
      const theta = standardised(target, scaling.theta);
      return output(weights, { theta, atoms: 1, seen: own }).dataSync<"float32">();
    });

  return {
    name: `tfjs-${tf.getBackend()}`,
    sample,
    logDensity: (target, condition) => {
      requireSides(spec as DensitySpec, condition, target);
      const out = logStandardSlopes(isOfX(spec) ? scaling.x : scaling.theta, target);
      for (let start = 0; start < out.length; start += MOST_PAIRS) {
        const rows = Uint32Array.from(
          { length: Math.min(MOST_PAIRS, out.length - start) },
          (_, i) => start + i,
        );
        const conditions = rows.map((i) => Math.floor(i * condition.n / target.n));
        const first = conditions[0]!;
        const used = gatherRows(condition, range(first, conditions.at(-1)! + 1));
        const values = evaluate(gatherRows(target, rows), used, conditions.map((c) => c - first));
        values.forEach((value, i) => out[start + i]! += value);
      }
      return out.map((value) => Number.isNaN(value) ? -Infinity : value);
    },
    [Symbol.dispose]: () => tf.dispose(Object.values(weights)),
  };
}

function isOfX(spec: Artifact["spec"]): boolean {
  return spec.kind !== "network" && spec.target === "x";
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
