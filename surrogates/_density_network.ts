// A density estimator as a function on tensors, in the two halves of a `Network`: the output at
// (θ, x) is the log density of the standardised target.

import type { DensitySpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor, Vector } from "@likely/core/tensor";
import { categorical } from "./_categorical.ts";
import { coupledSpline } from "./_coupled_spline.ts";
import type { TensorWeights } from "./_dense.ts";
import { embedder } from "./_embed.ts";
import { maskedAffine } from "./_masked_affine.ts";
import { mixture } from "./_mixture.ts";
import { standardNormal } from "./_pieces.ts";
import type { Network } from "./tensor_network.ts";

/** The halves; x is embedded where it is the condition, θ where that is. */
export function densityNetwork(spec: DensitySpec): Pick<Network, "embed" | "observe" | "output"> {
  const { embedding, target } = spec;
  const embedded = embedding ? embedder(embedding) : (_: TensorWeights, rows: Matrix) => tf.clone(rows);
  return {
    embed: (weights, x) => tf.tidy(() => target === "theta" ? embedded(weights, x) : tf.clone(x)),
    observe: (_, seen) => tf.clone(seen),
    output: (weights, { theta, atoms, seen }) =>
      tf.tidy(() => {
        const ofTheta = target === "theta" ? theta : embedded(weights, theta);
        const [own, other] = [pairsOf(ofTheta, atoms, seen.shape[0]), pairsOf(seen, atoms, seen.shape[0])];
        const [y, c] = target === "theta" ? [own, other] : [other, own];
        return tf.transpose(tf.reshape(logDensity(weights, spec, y, c), [atoms, -1])) as Matrix;
      }),
  };
}

/**
 * One row for each pair, atom-major, `[atoms · n, width]`: of what has one for each already, of θ
 * `[atoms, width]` that meet every x, or of x `[n, width]`.
 */
function pairsOf(rows: Matrix, atoms: number, n: number): Matrix {
  const [count, width] = rows.shape;
  if (count === atoms * n) return rows;
  const apart = count === n ? tf.reshape(rows, [1, n, width]) : tf.reshape(rows, [atoms, 1, width]);
  return tf.reshape(tf.add(apart, tf.zeros([atoms, n, width])), [atoms * n, width]) as Matrix;
}

function logDensity(weights: TensorWeights, spec: DensitySpec, y: Matrix, c: Matrix): Vector {
  if (spec.kind === "categorical") return categorical(weights, spec, y, c);
  if (spec.kind === "mdn") return mixture(weights, spec, y, c);
  let rows = y;
  const logDets: Tensor[] = [];
  for (let t = 0; t < spec.transforms; t++) {
    const moved = spec.kind === "maf"
      ? maskedAffine(weights, spec, t, rows, c)
      : coupledSpline(weights, spec, t, rows, c);
    rows = moved.rows;
    logDets.push(moved.logDet);
  }
  return tf.addN([standardNormal(rows), ...logDets]) as Vector;
}
