import { weightMasks, type Weights, weightShapes } from "@likely/core";
import type { Spec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Tensor, Vector } from "@likely/core/tensor";

/** Weights by name as one vector and back. */
export interface FlatWeights {
  /** P. */
  readonly size: number;
  /** Where the trunk's weights begin: those of the embedding stand before them. */
  readonly trunkAt: number;
  /** Copies named weights end to end: `[P]`. */
  join(weights: Weights): Float32Array;
  /** Copies a vector `[P]` into named weights. */
  split(vector: Float32Array): Weights;
  /** A device vector as named tensors. */
  tensors(vector: Vector): Record<string, Tensor>;
  /**
   * Gradients in the order of {@linkcode FlatWeights.tensors} as one device vector, 0 where a weight
   * is masked: what is 0 there stays 0.
   */
  vector(gradients: readonly (Tensor | undefined)[]): Vector;
}

/** The order is that of `weightShapes`. */
export function flatWeights(spec: Spec): FlatWeights {
  const masks = weightMasks(spec);
  const layout = Object.entries(weightShapes(spec)).map(([name, shape]) => ({
    name,
    shape,
    size: shape.reduce((product, length) => product * length, 1),
    mask: masks[name],
  }));
  const total = layout.reduce((sum, { size }) => sum + size, 0);
  return {
    size: total,
    trunkAt: layout.filter(({ name }) => name.startsWith("embedding/")).reduce(
      (sum, { size }) => sum + size,
      0,
    ),
    join: (weights) => {
      const out = new Float32Array(total);
      let start = 0;
      for (const { name, size } of layout) {
        out.set(weights[name]!.data, start);
        start += size;
      }
      return out;
    },
    split: (vector) => {
      let start = 0;
      return Object.fromEntries(
        layout.map(({ name, shape, size }) => [name, { shape, data: vector.slice(start, start += size) }]),
      );
    },
    tensors: (vector) => {
      const pieces = tf.split(vector, layout.map(({ size }) => size));
      return Object.fromEntries(layout.map(({ name, shape }, i) => [name, tf.reshape(pieces[i]!, shape)]));
    },
    // A weight that the loss does not touch has no gradient.
    vector: (gradients) =>
      tf.concat(layout.map(({ size, mask }, i): Vector => {
        if (!gradients[i]) return tf.zeros([size]);
        const gradient = tf.reshape(gradients[i], [size]) as Vector;
        return mask ? tf.mul(gradient, tf.tensor1d(Float32Array.from(mask))) : gradient;
      })),
  };
}
