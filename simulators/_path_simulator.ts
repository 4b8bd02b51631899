// Simulators of jump processes, whose whole path has an exact likelihood: they show either the
// path, or a summary of it with the path's score as joint score.

import { type Simulator, simulator, type Stream } from "@likely/core";
import { requireLength } from "@likely/core/check";

/** A process and the density of its paths. */
export interface PathModel {
  /** The name of the simulator that shows the summary. */
  readonly name: string;
  readonly thetaDim: number;
  readonly summaryDim: number;
  /** The most numbers of a path that can be shown. */
  readonly pathDim: number;
  /** Runs once; undefined where it would not come to an end. */
  readonly run: (random: Stream, theta: Float64Array) => Run | undefined;
  /** The log density of a path, which may end in numbers below 0 that mean nothing. */
  readonly logLikelihood: (theta: Float64Array, path: ArrayLike<number>) => number;
  /** Its θ-score. */
  readonly score: (theta: Float64Array, path: ArrayLike<number>) => number[];
}

/** One run of a process. */
export interface Run {
  /** `[summaryDim]`. */
  readonly summary: ArrayLike<number>;
  /** As many numbers as it took. */
  readonly path: ArrayLike<number>;
}

/** Shows summaries, with joint scores. */
export function summarySimulator(model: PathModel): Simulator {
  const { name, thetaDim, summaryDim, run, score } = model;
  const failure = new Float64Array(summaryDim).fill(NaN);
  return simulator({
    name,
    thetaDim,
    xDim: summaryDim,
    simulate: (random, theta) => run(random, theta)?.summary ?? failure,
    simulateScored: (random, theta) => {
      const done = run(random, theta);
      if (done === undefined) return { x: failure, score: new Float64Array(thetaDim).fill(NaN) };
      return { x: done.summary, score: score(theta, done.path) };
    },
  });
}

/** Shows paths, padded with −1, with their likelihood and score; a longer path is a failed row. */
export function pathSimulator(model: PathModel): Simulator {
  const { name, thetaDim, pathDim, run, logLikelihood, score } = model;
  return simulator({
    name: `${name}_path`,
    thetaDim,
    xDim: pathDim,
    simulate: (random, theta) => {
      const path = run(random, theta)?.path;
      const fits = path !== undefined && path.length <= pathDim;
      const x = new Float64Array(pathDim).fill(fits ? -1 : NaN);
      if (fits) x.set(path);
      return x;
    },
    logLikelihood: (theta, x) => isRun(x, pathDim) ? logLikelihood(theta, x) : NaN,
    score: (theta, x) => isRun(x, pathDim) ? score(theta, x) : new Float64Array(thetaDim).fill(NaN),
  });
}

/** Whether a row holds a run, not a failure. */
function isRun(x: Float64Array, pathDim: number): boolean {
  requireLength("score a path", "x", x.length, pathDim);
  return !Number.isNaN(x[0]);
}
