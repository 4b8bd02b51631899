// What the benchmark of defaults asks: tasks of sbibm, and problems whose exact posterior is at hand.

import {
  drawPermutation,
  type Draws,
  foldIn,
  fromRows,
  gatherRows,
  type Key,
  key as seed,
  type LogDensity,
  type Points,
  points,
  posteriorDensity,
  row,
  split,
  stream,
  type Task,
} from "@likely/core";
import { sample } from "@likely/samplers";
import {
  autoregressive,
  driftDiffusion,
  gaussianCorrelated,
  gaussianCorrelatedPosterior,
  mg1QuartilePosterior,
  mg1Queue,
  tasks,
} from "@likely/simulators";
import { readSbibm, readSbibmObservation } from "../tests/_sbibm.ts";

/** A task, its observations and their posteriors. */
export interface Problem {
  readonly name: string;
  /** What is simulated: one row of x is all that is observed. */
  readonly task: Task;
  /** Independent trials in one row of x, which a likelihood of one is learned from. */
  readonly trials?: number;
  /** One of them as a task, for other methods that add them up. */
  readonly each?: Task;
  /** Several modes, or local ones far out, where chains would stay: particles draw instead. */
  readonly isMultimodal?: boolean;
  /** Its observations and posteriors are the benchmark's files. */
  readonly isPublished?: boolean;
  /** Whether θ cannot have made x, where the likelihood has a hard edge. */
  isImpossible?(theta: Float64Array, x: Float64Array): boolean;
  /** Row k of the data. */
  observation(k: number): Promise<Float64Array>;
  /** `[n, d]`: independent draws of the posterior given that, or nearly. */
  exact(k: number, n: number): Promise<Points>;
}

/** Tasks of the benchmark, published results beside ours. */
export const BENCHMARK: Readonly<Record<string, Problem>> = named([
  ...["two_moons", "slcp", "gaussian_mixture", "lotka_volterra"].map((name) => ({
    ...published(name),
    isMultimodal: true,
  })),
  ...["gaussian_linear", "gaussian_linear_uniform", "sir", "bernoulli_glm"].map((name) => published(name)),
  {
    ...published("slcp_distractors"),
    isMultimodal: true,
    observation: (k) => readSbibmObservation("slcp", k, "observation_distractors"),
    exact: async (k, n) => someRows(k, (await readSbibm("slcp", k)).reference, n),
  },
  {
    ...published("bernoulli_glm_raw"),
    observation: (k) => readSbibmObservation("bernoulli_glm", k, "observation_raw"),
    exact: async (k, n) => someRows(k, (await readSbibm("bernoulli_glm", k)).reference, n),
  },
]);

/** Problems such as people have. */
export const REAL: Readonly<Record<string, Problem>> = named([
  BENCHMARK.lotka_volterra!,
  { ...queue(), name: "mg1_queue" },
  correlated(),
  byChains(autoregressive(), [[0.6, -0.4, 1.2], [0.95, 0.3, 0.8], [-0.5, 0.6, 2]]),
  {
    ...byChains(driftDiffusion({ trials: 200 }), [
      [1, 1.3, 0.45, 0.3],
      [-0.5, 2, 0.6, 0.2],
      [2, 0.8, 0.5, 0.4],
    ]),
    trials: 200,
    each: driftDiffusion(),
  },
]);

function named(problems: readonly Problem[]): Record<string, Problem> {
  return Object.fromEntries(problems.map((problem) => [problem.name, problem]));
}

function published(name: string): Problem {
  return {
    name,
    task: tasks[name]!(),
    isPublished: true,
    observation: async (k) => (await readSbibm(name, k)).observation,
    exact: async (k, n) => someRows(k, (await readSbibm(name, k)).reference, n),
  };
}

/** Quartiles are seen of fifty customers; the first observation is of the literature's parameters. */
function queue(): Omit<Problem, "name"> {
  const task = mg1Queue({ observe: "quartiles" });
  const observation = (k: number) => observed(k, task, [[1, 4, 0.2], [4, 3, 0.15], [2.5, 6, 0.1]]);
  return {
    task,
    // Nobody is served faster than the shortest service.
    isImpossible: ([shortest], [least]) => shortest! > least!,
    observation: (k) => Promise.resolve(observation(k)),
    exact: (k, n) =>
      Promise.resolve(
        rowsOf(mg1QuartilePosterior(exactKey(k), observation(k), { draws: Math.ceil(n / 4) }), n),
      ),
  };
}

function correlated(): Problem {
  const task = gaussianCorrelated();
  const observation = (k: number) => {
    const [forTheta, forX] = split(dataKey(k), 2);
    return row(task.simulator.simulate(forX, task.prior.sample(forTheta, 1)), 0);
  };
  return {
    name: task.name,
    task,
    observation: (k) => Promise.resolve(observation(k)),
    exact: (k, n) => Promise.resolve(gaussianCorrelatedPosterior(observation(k)).sample(exactKey(k), n)),
  };
}

/** The exact likelihood, sampled by chains long enough for draws to be nearly independent. */
function byChains(task: Task, truths: readonly (readonly number[])[]): Problem {
  const observation = (k: number) => observed(k, task, truths);
  return {
    name: task.name,
    task,
    observation: (k) => Promise.resolve(observation(k)),
    exact: async (k, n) => {
      const target = posteriorDensity(task.prior, exactLikelihood(task, observation(k)));
      return rowsOf(await sample(exactKey(k), target, task.prior, { draws: Math.ceil(n / 4), thin: 3 }), n);
    },
  };
}

function observed(k: number, { simulator }: Task, truths: readonly (readonly number[])[]): Float64Array {
  const truth = truths[k - 1];
  if (truth) return row(simulator.simulate(dataKey(k), fromRows([truth])), 0);
  throw new RangeError(`Cannot observe ${simulator.name} as there are ${truths.length}: asked for is ${k}`);
}

function exactLikelihood({ simulator }: Task, x: Float64Array): LogDensity {
  return {
    name: simulator.name,
    dim: simulator.thetaDim,
    evaluate: (theta) => {
      const rows = fromRows(new Array<Float64Array>(theta.n).fill(x));
      return {
        value: simulator.logLikelihood!(theta, rows),
        grad: simulator.score!(theta, rows).data,
      };
    },
  };
}

function rowsOf({ values, names }: Draws, n: number): Points {
  return points(values.slice(0, n * names.length), names.length);
}

function someRows(k: number, all: Points, n: number): Points {
  return gatherRows(all, drawPermutation(stream(exactKey(k)), all.n).subarray(0, n));
}

// Apart from every key that a run may be told.
const dataKey = (k: number): Key => foldIn(seed(2 ** 31), k);
const exactKey = (k: number): Key => foldIn(seed(2 ** 31 + 1), k);
