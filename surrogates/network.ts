/**
 * A spec as a function on tensors.
 *
 * @module
 */

import {
  checkSpec,
  type EmbeddingSpec,
  type Estimate,
  measuringHead,
  scalarNetwork,
  type Spec,
  type TrunkSpec,
  weightShapes,
} from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";
import { activate, dense, stack, type TensorWeights } from "./_dense.ts";
import { embedConv } from "./_embed_conv.ts";
import { embedDense } from "./_embed_dense.ts";
import { embedSet } from "./_embed_set.ts";
import { fourierFeatures } from "./_fourier_features.ts";
import { measure } from "./_measuring_head.ts";

/**
 * A scalar network of standardised (θ, x), in two halves so that x is seen once however many
 * θ it meets. All tensors are borrowed; what comes back is owned by the caller.
 */
export interface Network {
  /** The embedding: x `[n, p]` to `[n, out]`; a copy of x where the spec has none. */
  embed(weights: Readonly<Record<string, Tensor>>, x: Matrix): Matrix;
  /** What embedded x contributes to the first layer after the join: `[n, out]` to `[n, width]`. */
  observe(weights: Readonly<Record<string, Tensor>>, embedded: Matrix): Matrix;
  /** Outputs `[n, atoms]`. */
  output(weights: Readonly<Record<string, Tensor>>, joint: Joint): Matrix;
  /** Both halves with the weights filled in. */
  estimate(weights: Readonly<Record<string, Tensor>>): Estimate;
}

/** θ meets x. */
export interface Joint {
  /** `[atoms · n, d]`, atom-major; or `[atoms, d]` where every row of x meets the same θ. */
  readonly theta: Matrix;
  /** θ rows per x row. */
  readonly atoms: number;
  /** `[n, width]`, from {@linkcode Network.observe}. */
  readonly seen: Matrix;
}

/**
 * Builds the network of a spec.
 *
 * The first layer after the join reads (θ, embedded x); its weight is cut in two, so that
 * `x · Wx + b` is computed once per x row and `θ · Wθ` once per θ row.
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
  const { thetaDim, embedding, trunk, head } = scalarNetwork(spec);
  const join = firstLayer(trunk);
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
        const outputs = afterJoin(weights, trunk, dense(weights, join, theta));
        const line = tf.matMul(theta, weights["skip/weight"] as Matrix) as Matrix;
        return measure(measuring, { outputs, line, atoms, seen });
      }
      const n = seen.shape[0];
      const weight = tf.slice(weights[`${join}/weight`] as Matrix, [0, 0], [thetaDim, width]);
      const fromTheta = tf.reshape(tf.matMul(theta, weight), [atoms, -1, width]);
      const joined = tf.reshape(tf.add(fromTheta, seen), [atoms * n, width]) as Matrix;
      const h = tf.transpose(tf.reshape(afterJoin(weights, trunk, joined), [atoms, n])) as Matrix;
      return head.kind === "softplus" ? tf.mul(tf.softplus(h), head.scale) : h;
    });

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

function firstLayer(trunk: TrunkSpec): string {
  if (trunk.kind === "resnet") return "trunk/in";
  return trunk.hidden.length > 0 ? "trunk/0" : "trunk/out";
}

/** The trunk from its first layer's sums on: `[m, width]` to `[m, out]`. */
function afterJoin(weights: TensorWeights, trunk: TrunkSpec, joined: Matrix): Matrix {
  switch (trunk.kind) {
    case "mlp": {
      const { hidden: { length: count }, activation } = trunk;
      if (count === 0) return joined;
      const h = stack(weights, { path: "trunk", first: 1, count, activation }, activate(joined, activation));
      return dense(weights, "trunk/out", h);
    }
    case "resnet": {
      let h = joined;
      for (let i = 0; i < trunk.blocks; i++) {
        const inner = dense(weights, `trunk/block${i}/0`, activate(h, trunk.activation));
        h = tf.add(h, dense(weights, `trunk/block${i}/1`, activate(inner, trunk.activation)));
      }
      return dense(weights, "trunk/out", h);
    }
    default:
      return trunk satisfies never;
  }
}

function embedder(embedding: EmbeddingSpec): (weights: TensorWeights, x: Matrix) => Matrix {
  switch (embedding.kind) {
    case "dense":
      return (weights, x) => embedDense(weights, embedding, x);
    case "set":
      return (weights, x) => embedSet(weights, embedding, x);
    case "conv":
      return (weights, x) => embedConv(weights, embedding, x);
    default:
      return embedding satisfies never;
  }
}
