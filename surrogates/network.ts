/**
 * A spec as a function on tensors.
 *
 * @module
 */

import {
  checkSpec,
  measuringHead,
  type NetworkSpec,
  refuseMixed,
  type Spec,
  weightShapes,
} from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix } from "@likely/core/tensor";
import { dense, type TensorWeights } from "./_dense.ts";
import { densityNetwork } from "./_density_network.ts";
import { embedder } from "./_embed.ts";
import { fourierFeatures } from "./_fourier_features.ts";
import { measure } from "./_measuring_head.ts";
import { afterFirst, firstLayer } from "./_trunk.ts";
import type { Network } from "./tensor_network.ts";

/**
 * Builds the network of a spec.
 *
 * The first layer after the join reads (θ, embedded x); its weight is cut in two, so that
 * `x · Wx + b` is computed once per x row and `θ · Wθ` once per θ row. Of a density the output is
 * the log density of the standardised target, in nats; weights that are masked must be 0, see
 * `weightMasks`.
 *
 * @param spec The network as data.
 * @returns The network; it holds no tensors.
 * @throws {TypeError | RangeError} If the spec is not legal.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initWeights, key, type NetworkSpec } from "@likely/core";
 * import { tf } from "@likely/core/tensor";
 * import { network } from "@likely/surrogates";
 *
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 2,
 *   trunk: { kind: "mlp", hidden: [8], activation: "tanh" },
 *   head: { kind: "linear" },
 * };
 * await tf.setBackend("cpu");
 * const weights = Object.fromEntries(
 *   Object.entries(initWeights(key(0), spec)).map(([name, w]) => [name, tf.tensor(w.data, [...w.shape])]),
 * );
 * // Three rows of x, each with two θ.
 * const logits = network(spec).estimate(weights)(tf.ones([6, 1]), tf.ones([3, 2]));
 * assertEquals(logits.shape, [3, 2]);
 * ```
 */
export function network(spec: Spec): Network {
  checkSpec(spec);
  if (spec.kind === "mixed") return refuseMixed();
  const { embed, observe, output } = spec.kind === "network" ? scalarHalves(spec) : densityNetwork(spec);
  return {
    embed,
    observe,
    output,
    estimate: (weights) => (theta, x) =>
      tf.tidy(() =>
        output(weights, {
          theta,
          atoms: theta.shape[0] / x.shape[0],
          seen: observe(weights, embed(weights, x)),
        })
      ),
  };
}

function scalarHalves(spec: NetworkSpec): Omit<Network, "estimate"> {
  const { thetaDim, embedding, trunk, head } = spec;
  const join = firstLayer("trunk", trunk);
  const width = weightShapes(spec)[`${join}/bias`]![0]!;
  const features = head.kind === "quadratic" ? head.features : undefined;
  const measuring = measuringHead(head);
  const through = embedding
    ? embedder(embedding)
    : (_: TensorWeights, x: Matrix) => features ? fourierFeatures(features, x) : tf.clone(x);
  const embed: Network["embed"] = (weights, x) => tf.tidy(() => through(weights, x));

  const observe: Network["observe"] = (weights, embedded) =>
    tf.tidy(() => {
      // θ alone makes a function of x; x is where it is measured.
      if (measuring) return tf.clone(embedded);
      const weight = tf.slice(weights[`${join}/weight`] as Matrix, [thetaDim, 0], [embedded.shape[1], width]);
      return tf.add(tf.matMul(embedded, weight), weights[`${join}/bias`]!);
    });

  const output: Network["output"] = (weights, { theta, atoms, seen }) =>
    tf.tidy(() => {
      if (measuring) {
        const outputs = afterFirst(weights, "trunk", trunk, dense(weights, join, theta));
        const line = tf.matMul(theta, weights["skip/weight"] as Matrix) as Matrix;
        return measure(measuring, { outputs, line, atoms, seen });
      }
      const n = seen.shape[0];
      const weight = tf.slice(weights[`${join}/weight`] as Matrix, [0, 0], [thetaDim, width]);
      const fromTheta = tf.reshape(tf.matMul(theta, weight), [atoms, -1, width]);
      const joined = tf.reshape(tf.add(fromTheta, seen), [atoms * n, width]) as Matrix;
      const h = tf.transpose(tf.reshape(afterFirst(weights, "trunk", trunk, joined), [atoms, n])) as Matrix;
      return head.kind === "softplus" ? tf.mul(tf.softplus(h), head.scale) : h;
    });

  return { embed, observe, output };
}
