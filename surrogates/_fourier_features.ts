import type { FourierFeatures } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";

/** Features of sets: `[n, elements · element]` to `[n, (2K)^element]`. */
export function fourierFeatures({ element, frequencies, mean }: FourierFeatures, x: Matrix): Matrix {
  const [n, p] = x.shape;
  const elements = tf.reshape(x, [n, p / element, element]);
  const columns = frequencies.map((column, k) => {
    const phase = tf.mul(tf.slice(elements, [0, 0, k], [-1, -1, 1]), tf.tensor1d([...column]));
    const waves = tf.concat([tf.cos(phase), tf.sin(phase)], 2);
    return mean === "of_columns" ? tf.mean(waves, 1, true) : waves;
  });
  const products = columns.reduce((all, waves) => {
    const rows = waves.shape[1]!;
    return tf.reshape(tf.mul(tf.expandDims(all, 3), tf.expandDims(waves, 2)), [n, rows, -1]);
  });
  return tf.mean(products as Tensor, 1) as Matrix;
}
