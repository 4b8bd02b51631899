// What the tests of classification losses share; holds no tests itself.

import type { Loss, TensorBatch } from "@likely/core";
import { type Matrix, tf, useBackend } from "@likely/core/tensor";

/** A loss and its gradient with respect to the logits `[n, atoms]`, row-major. */
export interface LossOfLogits {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Runs a loss on given logits, on tensors. */
export async function onTensors(loss: Loss, logits: readonly (readonly number[])[]): Promise<LossOfLogits> {
  await useBackend("cpu");
  const atoms = logits[0]!.length;
  return tf.tidy(() => {
    const batch: TensorBatch = {
      theta: tf.zeros([logits.length * atoms, 1]),
      x: tf.zeros([logits.length, 1]),
      atoms,
    };
    const both = tf.valueAndGrad((h) => loss.compute(() => h as Matrix, batch));
    const { value, grad } = both(tf.tensor2d(logits as number[][]));
    return { value: value.dataSync()[0]!, gradient: Float64Array.from(grad.dataSync()) } as never;
  });
}

/** The gradient of a float64 formula by central differences. */
export function numericGradient(
  formula: (logits: readonly (readonly number[])[]) => number,
  logits: readonly (readonly number[])[],
): Float64Array {
  const step = 1e-5;
  const moved = (i: number, j: number, by: number) =>
    logits.map((row, k) => k === i ? row.map((h, a) => a === j ? h + by : h) : row);
  return Float64Array.from(
    logits.flatMap((row, i) =>
      row.map((_, j) => (formula(moved(i, j, step)) - formula(moved(i, j, -step))) / (2 * step))
    ),
  );
}

/** A joint distribution of θ ∈ {0, 1, 2} and x ∈ {0, 1}, as ten equally likely pairs. */
const PAIRS = [[0, 0], [0, 0], [0, 0], [0, 1], [1, 0], [1, 1], [1, 1], [2, 0], [2, 1], [2, 1]] as const;
const P_X = [5 / 10, 5 / 10] as const;
const P_X_GIVEN_THETA = [[3 / 4, 1 / 4], [1 / 3, 2 / 3], [1 / 3, 2 / 3]] as const;

/** log p(x | θ) − log p(x) of that distribution. */
export function exactLogRatio(theta: number, x: number): number {
  return Math.log(P_X_GIVEN_THETA[theta]![x]! / P_X[x]!);
}

/**
 * The gradient of the expected loss with respect to the table h(θ, x), at the given table:
 * every pair of x with its own θ and every choice of foreign ones, counted as often as likely.
 */
export async function tableGradient(
  loss: Loss,
  atoms: number,
  table: (theta: number, x: number) => number,
): Promise<Float64Array> {
  let cells = PAIRS.map(([theta, x]) => ({ x, thetas: [theta as number] }));
  for (let a = 1; a < atoms; a++) {
    cells = cells.flatMap(({ x, thetas }) => PAIRS.map(([theta]) => ({ x, thetas: [...thetas, theta] })));
  }
  const { gradient } = await onTensors(
    loss,
    cells.map(({ x, thetas }) => thetas.map((theta) => table(theta, x))),
  );
  const sums = new Float64Array(6);
  cells.forEach(({ x, thetas }, i) =>
    thetas.forEach((theta, a) => sums[theta * 2 + x]! += gradient[i * atoms + a]!)
  );
  return sums;
}

/** The largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);
}

/** log(1 + exp h) in float64. */
export function softplus(h: number): number {
  return Math.max(h, 0) + Math.log1p(Math.exp(-Math.abs(h)));
}
