// The rational-quadratic spline, one a row, on tensors; inside the caller's tidy.

import type { NsfSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix } from "@likely/core/tensor";

/** `[n, 1]` each. */
export type Bent = { readonly value: Matrix; readonly logSlope: Matrix };

const LEAST = 1e-3;
/** What makes a slope of 1 of an output of 0. */
const NEUTRAL = Math.log(Math.expm1(1 - LEAST));

/**
 * Sends numbers a `[n, 1]` to `f(a)`, `log f′(a)`, each by the spline of its row of `outputs`,
 * `[n, 3 K − 1]`: widths, heights, slopes.
 */
export function spline(outputs: Matrix, a: Matrix, { bins, span }: NsfSpec): Bent {
  const [n] = outputs.shape;
  const part = (from: number, size: number) => tf.slice(outputs, [0, from], [n, size]);
  const [widths, heights] = [partsOf(part(0, bins), span), partsOf(part(bins, bins), span)];
  const [lefts, bottoms] = [before(widths, span), before(heights, span)];
  const end = tf.ones([n, 1]) as Matrix;
  const inner = bins > 1
    ? [tf.add(tf.softplus(tf.add(part(2 * bins, bins - 1), NEUTRAL)), LEAST) as Matrix]
    : [];
  const [starts, ends] = [tf.concat([end, ...inner], 1), tf.concat([...inner, end], 1)];

  // Outside the span a stands at 0 for what comes of the spline: nothing of it is used.
  const inside = tf.less(tf.abs(a), span);
  const within = tf.where(inside, a, tf.zerosLike(a));
  const ours = binOf(within, lefts);
  const pick = (of: Matrix) => tf.sum(tf.mul(ours, of), 1, true) as Matrix;
  const [width, height, left, bottom] = [pick(widths), pick(heights), pick(lefts), pick(bottoms)];
  const [d0, d1, s] = [pick(starts), pick(ends), tf.div(height, width)];

  const share = tf.div(tf.sub(within, left), width);
  const rest = tf.sub(1, share);
  const both = tf.mul(share, rest);
  const below = tf.add(s, tf.mul(tf.sub(tf.add(d0, d1), tf.mul(s, 2)), both));
  const above = tf.add(tf.mul(s, tf.square(share)), tf.mul(d0, both));
  const bends = tf.add(
    tf.add(tf.mul(d1, tf.square(share)), tf.mul(d0, tf.square(rest))),
    tf.mul(tf.mul(s, both), 2),
  );
  const value = tf.add(bottom, tf.div(tf.mul(height, above), below));
  const logSlope = tf.sub(tf.add(tf.mul(tf.log(s), 2), tf.log(bends)), tf.mul(tf.log(below), 2));
  return {
    value: tf.where(inside, value, a) as Matrix,
    logSlope: tf.where(inside, logSlope, tf.zerosLike(logSlope)) as Matrix,
  };
}

/**
 * 1 in the column of the bin that a number within the span is in, 0 in the others. Every bin ends
 * where the next begins, the first and the last nowhere: rounding leaves no number without a bin.
 */
function binOf(within: Matrix, lefts: Matrix): Matrix {
  const [n, bins] = lefts.shape;
  const inner = bins > 1 ? [tf.step(tf.sub(within, tf.slice(lefts, [0, 1], [n, bins - 1]))) as Matrix] : [];
  return tf.sub(tf.concat([tf.ones([n, 1]), ...inner], 1), tf.concat([...inner, tf.zeros([n, 1])], 1));
}

/** Parts of the span, each a thousandth of it and more: `[n, K]`. */
function partsOf(outputs: Matrix, span: number): Matrix {
  const shares = tf.softmax(outputs);
  return tf.mul(tf.add(tf.mul(shares, 1 - LEAST * outputs.shape[1]), LEAST), 2 * span);
}

/** Where each part begins. */
function before(parts: Matrix, span: number): Matrix {
  const bins = parts.shape[1];
  const earlier = Float32Array.from(
    { length: bins * bins },
    (_, k) => Math.floor(k / bins) < k % bins ? 1 : 0,
  );
  return tf.sub(tf.matMul(parts, tf.tensor2d(earlier, [bins, bins])), span);
}
