/**
 * Regression: the network learns the mean of a target given (θ, x).
 *
 * @module
 */

import type { Batch, Dataset, Key, Loss } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";

/** What {@linkcode squaredError} needs to know. */
export interface SquaredErrorOptions {
  /**
   * Makes a minibatch with targets from the given rows. It may pair θ with any x and draw
   * them anew in every minibatch, as long as `atoms` is 1 and `target` has one number a row.
   */
  readonly assemble: (key: Key, data: Dataset, rows: Uint32Array) => Batch;
  /**
   * What identifies the targets, for provenance.
   *
   * @default {{}}
   */
  readonly describe?: Readonly<Record<string, number | string | boolean>>;
}

/**
 * The mean squared error `(1/n) Σ (f(θᵢ, xᵢ) − tᵢ)²`, in squared units of the target.
 *
 * The minimiser is the conditional mean `f*(θ, x) = E[t | θ, x]`: a target with zero-mean
 * noise is as good as its mean, only slower. Targets are not standardised; a network whose
 * head scales with them learns them best.
 *
 * @param options How targets come in.
 * @returns The loss.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { gatherRows } from "@likely/core";
 * import { squaredError } from "@likely/losses";
 *
 * // How far each x lies from zero, given θ alone or with x.
 * const loss = squaredError({
 *   assemble: (_key, data, rows) => {
 *     const x = gatherRows(data.x, rows);
 *     return { theta: gatherRows(data.theta, rows), x, atoms: 1, target: x.data.map(Math.abs) };
 *   },
 *   describe: { target: "abs" },
 * });
 * assertEquals(loss.options, { target: "abs" });
 * ```
 */
export function squaredError(options: SquaredErrorOptions): Loss {
  const { assemble, describe = {} } = options;
  return {
    name: "squared_error",
    options: describe,
    assemble: (key, data, rows) => requireTargets(assemble(key, data, rows)),
    compute: (estimate, { theta, x, target }) =>
      tf.tidy(() => tf.mean(tf.square(tf.sub(tf.reshape(estimate(theta, x), [-1]), target!)))),
  };
}

function requireTargets(batch: Batch): Batch {
  if (batch.atoms === 1 && batch.target?.length === batch.x.n) return batch;
  throw new TypeError(
    "Cannot regress on a minibatch as it must have one target and one θ per x row: " +
      `current value is ${batch.target?.length ?? 0} targets and ${batch.atoms} θ for ${batch.x.n} rows`,
  );
}
