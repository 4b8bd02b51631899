// A tiny problem whose ratio is known, for the tests here. Holds no tests itself.

import { type Dataset, drawNormal, type Key, type Loss, pairWithOthers, points, stream } from "@likely/core";
import { tf } from "@likely/core/tensor";

/** θ ~ N(0, 1), x = θ + N(0, 1). */
export function gaussian(key: Key, n: number): Dataset {
  const random = stream(key);
  const theta = points(Float64Array.from({ length: n }, () => drawNormal(random)), 1);
  const x = points(theta.data.map((mean) => drawNormal(random, mean)), 1);
  return { theta, x, failed: 0 };
}

/** Its log ratio: log N(x; θ, 1) − log N(x; 0, 2). */
export function gaussianRatio(theta: number, x: number): number {
  return -((x - theta) ** 2) / 2 + x ** 2 / 4 + Math.log(2) / 2;
}

/** The cross-entropy, since siblings are not imported. */
export const BCE: Loss = {
  name: "bce",
  options: {},
  assemble: (key, data, rows) => pairWithOthers(key, data, rows, 2),
  compute: (estimate, { theta, x }) =>
    tf.tidy(() => tf.mean(tf.softplus(tf.mul(estimate(theta, x), [[-1, 1]])))),
};

/** One small network for it. */
export const SMALL = {
  kind: "network",
  thetaDim: 1,
  xDim: 1,
  trunk: { kind: "mlp", hidden: [16, 16], activation: "silu" },
  head: { kind: "linear" },
} as const;
