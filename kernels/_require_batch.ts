// What a batch must be for the network at hand.

import type { Batch, TrainPlan } from "@likely/core";
import { requireDim } from "./_host_rows.ts";
import type { LossTerms } from "./_trainee.ts";

/**
 * Requires a batch that a loss can be computed of.
 *
 * @throws {TypeError | RangeError} If it is none.
 */
export function requireBatch(
  { theta, x, atoms, target, score }: Batch,
  loss: LossTerms,
  spec: TrainPlan["spec"],
): void {
  const action = "train on a batch";
  requireDim(action, "atoms", atoms, loss.atoms);
  requireDim(action, "the rows of theta", theta.n, x.n * atoms);
  requireDim(action, "the width of theta", theta.dim, spec.thetaDim);
  requireDim(action, "the width of x", x.dim, spec.xDim);
  if (x.n === 0) throw new RangeError(`Cannot ${action} as it must have a row: current value is 0`);
  if (loss.target) requireDim(action, "the number of targets", target?.length ?? 0, x.n);
  if (!loss.score) return;
  if (!score || score.n < 1 || score.n > x.n) {
    throw new TypeError(
      `Cannot ${action} as the rows of score must be in [1, ${x.n}]: current value is ${score?.n ?? 0}`,
    );
  }
  requireDim(action, "the width of score", score.dim, spec.thetaDim);
}
