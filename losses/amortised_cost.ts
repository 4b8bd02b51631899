/**
 * ACE: the expected distance by regression on single simulations.
 *
 * @module
 */

import {
  type Dataset,
  type Distance,
  distanceRecord,
  gatherRows,
  type Key,
  type Loss,
  type Points,
  stream,
  zeros,
} from "@likely/core";
import { requireColumns, requireFinite, requireInteger, requirePositive } from "@likely/core/check";
import { squaredError } from "./squared_error.ts";

/** What {@linkcode amortisedCost} needs to know. */
export interface AmortisedCostOptions {
  /** d(x, t). */
  readonly distance: Distance;
  /**
   * Targets beside the data's own x: noisy ones, see {@linkcode noisyTargets}, or observations.
   *
   * @default {undefined} None.
   */
  readonly targets?: Points;
  /**
   * Targets that each row of a minibatch meets.
   *
   * @default {2}
   */
  readonly targetsPerRow?: number;
  /**
   * The cost of simulations that failed, and of pairs whose distance is not a finite number.
   *
   * @default {undefined} There must be none.
   */
  readonly failureCost?: number;
  /**
   * Costs are regressed on in units of this, > 0: the mean cost, so that errors are about 1 whatever the
   * unit of x. The minimiser is then f* / unit.
   *
   * @default {1}
   */
  readonly unit?: number;
  /**
   * Rows of the data from this one on have failed: their θ counts, their x does not.
   *
   * @default {undefined} None.
   */
  readonly failedFrom?: number;
}

/**
 * Amortised cost estimation: `(1/n) Σ (f(θᵢ, tᵢ) − d(xᵢ, tᵢ))²` with `xᵢ ~ p(x | θᵢ)` and
 * targets t drawn anew for every minibatch, uniformly and independently of (θ, x), from the
 * data's own x and the further targets.
 *
 * The minimiser is the expected distance `f*(θ, t) = E[d(x, t) | θ]`: given (θ, t), the mean of
 * `(f − d)²` over x is `(f − E d)² + Var d`, and the variance does not depend on f. One
 * simulation per θ is enough; the loss never falls below `E Var(d | θ, t) > 0`. It must be the
 * squared error: others learn medians or the like.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian inference for scientific
 * simulators via amortized cost estimation", prop. 2, https://arxiv.org/abs/2305.15208
 *
 * @param options Distance and targets.
 * @returns The loss, of name `"squared_error"`; its options say which distance.
 * @throws {RangeError} If an option is out of range; in training, if a distance is not finite
 * and there is no cost for that.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { distanceFrom, mseDistance } from "@likely/core";
 * import { amortisedCost } from "@likely/losses";
 *
 * const loss = amortisedCost({ distance: mseDistance() });
 * assertEquals(distanceFrom(loss.options).name, "mse");
 * ```
 */
export function amortisedCost(options: AmortisedCostOptions): Loss {
  const { distance, targets, targetsPerRow = 2, failureCost, unit = 1, failedFrom } = options;
  requireInteger("build the cost loss", "targetsPerRow", targetsPerRow, 1);
  if (failureCost !== undefined) requireFinite("build the cost loss", "failureCost", failureCost);
  requirePositive("build the cost loss", "unit", unit);
  return squaredError({
    assemble: (key, data, rows) => {
      const repeated = repeat(rows, targetsPerRow);
      const { length: n } = repeated;
      const met = drawTargets(key, n, { own: ownTargets(data, failedFrom), further: targets });
      const costs = distance.between(gatherRows(data.x, repeated), met);
      repeated.forEach((row, i) => {
        if (row >= (failedFrom ?? Infinity) || !Number.isFinite(costs[i]!)) costs[i] = failureCost ?? NaN;
      });
      requireCosts(distance, costs);
      return {
        theta: gatherRows(data.theta, repeated),
        x: met,
        atoms: 1,
        target: costs.map((cost) => cost / unit),
      };
    },
    describe: {
      ...distanceRecord(distance),
      targetsPerRow,
      ...(targets && { furtherTargets: targets.n }),
      ...(failureCost !== undefined && { failureCost }),
      ...(unit !== 1 && { unit }),
    },
  });
}

function repeat(rows: Uint32Array, times: number): Uint32Array {
  const out = new Uint32Array(rows.length * times);
  for (let k = 0; k < times; k++) out.set(rows, k * rows.length);
  return out;
}

function ownTargets({ x }: Dataset, failedFrom: number | undefined): Points {
  return failedFrom === undefined ? x : { ...x, n: Math.min(failedFrom, x.n) };
}

interface TargetSets {
  readonly own: Points;
  readonly further: Points | undefined;
}

/** Draws n targets, each one equally likely, whichever set it is in. */
function drawTargets(key: Key, n: number, { own, further = { ...own, n: 0 } }: TargetSets): Points {
  requireColumns("regress on distances", "targets", further, own.dim);
  const { dim } = own;
  const random = stream(key);
  const out = zeros(n, dim);
  for (let i = 0; i < n; i++) {
    const j = Math.floor(random.uniform() * (own.n + further.n));
    const [data, from] = j < own.n ? [own.data, j * dim] : [further.data, (j - own.n) * dim];
    for (let k = 0; k < dim; k++) out.data[i * dim + k] = data[from + k]!;
  }
  return out;
}

function requireCosts({ name }: Distance, costs: Float64Array): void {
  const bad = costs.find((cost) => !Number.isFinite(cost));
  if (bad === undefined) return;
  throw new RangeError(
    `Cannot regress on the distance "${name}" as it must be finite, or have a failureCost: current value is ${bad}`,
  );
}
