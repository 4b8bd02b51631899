import type { ConvEmbedding } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix, Tensor } from "@likely/core/tensor";
import { activate, dense, type TensorWeights } from "./_dense.ts";

/** TensorFlow.js's names for `[n, height, width, channels]` and `[k, k, cin, cout]`. */
type Image = Parameters<typeof tf.conv2d>[0];
type Filter = Parameters<typeof tf.conv2d>[1];

/** Convolutional embedding: `[n, cells · channels]` to `[n, out]`. A line is an image one cell wide. */
export function embedConv(weights: TensorWeights, embedding: ConvEmbedding, x: Matrix): Matrix {
  const { size, channels, filters, pool, activation } = embedding;
  const [height, width = 1] = size;
  const window: [number, number] = [pool, size.length === 1 ? 1 : pool];
  let h = tf.reshape(x, [x.shape[0], height, width, channels]) as Image;
  filters.forEach((_, i) => {
    const filter = asImageFilter(weights[`embedding/conv${i}/weight`]!);
    const bias = weights[`embedding/conv${i}/bias`]!;
    h = activate(tf.add(tf.conv2d(h, filter, 1, "same"), bias), activation);
    if (pool > 1) h = tf.avgPool(h, window, window, "valid");
  });
  return dense(weights, "embedding/out", tf.reshape(h, [x.shape[0], -1]) as Matrix);
}

/** `[k, cin, cout]` to `[k, 1, cin, cout]`. */
function asImageFilter(weight: Tensor): Filter {
  if (weight.shape.length === 4) return weight as Filter;
  const [k, cin, cout] = weight.shape as [number, number, number];
  return tf.reshape(weight, [k, 1, cin, cout]) as Filter;
}
