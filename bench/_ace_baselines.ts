// What ACE is compared with: rejection on the same simulations, and the exact Bayesian posterior.

import { type Dataset, fromRows, gatherRows, type Key, type Points, points, stream } from "@likely/core";
import {
  type CostTask,
  type ExactPosterior,
  gridPosterior,
  linearGaussianShiftedPosterior,
} from "@likely/simulators";

/** What {@linkcode abc} works on. */
export interface AbcPlan {
  readonly task: CostTask;
  readonly dataset: Dataset;
  readonly x: Float64Array;
  readonly beta: number;
}

// The paper's: so many rows are wanted, and β falls by this factor until there are.
const WANTED = 50;
const RELAXATION = 1.1;

/**
 * Rejection ABC as the paper runs it: row i is accepted with probability `exp(−β d(xᵢ, xₒ))`; while
 * fewer than 50 are, β is divided by 1.1 and all are tried again. The first 50 are returned.
 */
export function abc(key: Key, { task, dataset, x, beta }: AbcPlan): Points {
  const random = stream(key);
  const distances = task.distance.between(dataset.x, fromRows([x]));
  for (let relaxed = beta;; relaxed /= RELAXATION) {
    const accepted: number[] = [];
    distances.forEach((d, i) => random.uniform() < Math.exp(-relaxed * d) && accepted.push(i));
    // A data set of fewer rows than wanted ends with all of them.
    if (accepted.length >= Math.min(WANTED, dataset.x.n)) {
      return gatherRows(dataset.theta, accepted.slice(0, WANTED));
    }
  }
}

/**
 * The exact Bayesian posterior, where there is one: no parameters explain the misspecified data of
 * the tasks whose noise is bounded, or as good as bounded.
 */
export function bayes(
  task: CostTask,
  kind: "wellSpecified" | "misspecified",
  x: Float64Array,
): ExactPosterior | undefined {
  if (task.name === "linear_gaussian_shifted") return linearGaussianShiftedPosterior(x);
  if (kind === "misspecified" && task.name !== "gaussian_mixture_ace") return undefined;
  const logFit = (theta: Points) => task.simulator.logLikelihood!(theta, repeated(x, theta.n));
  return gridPosterior(task.prior, logFit, { cells: task.prior.dim === 1 ? 10_000 : 300 });
}

function repeated(x: Float64Array, n: number): Points {
  return points(Float64Array.from({ length: n * x.length }, (_, i) => x[i % x.length]!), x.length);
}
