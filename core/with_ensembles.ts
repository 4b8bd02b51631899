/**
 * What an engine does with one network, done with several.
 *
 * @module
 */

import { logMean, meanCost } from "./_mean_of_members.ts";
import type { Artifact } from "./artifact.ts";
import type { ConditionalDensity } from "./conditional_density.ts";
import type { Engine, ObservedDensities } from "./engine.ts";
import { membersOf } from "./ensemble.ts";
import type { EvaluateOptions, Evaluation, LogDensity } from "./log_density.ts";
import type { Evaluating } from "./map_evaluations.ts";
import { meanDensity } from "./mean_density.ts";
import { type Points, points, row } from "./points.ts";

/** The part of an engine that evaluates. */
export type Evaluator = Pick<Engine, "logDensity" | "logDensities" | "density">;

/**
 * Lets an engine that knows single networks evaluate ensembles too: every member on its own, their
 * means as `ensemble` says. Of several observations of one θ each has its mean, and these add up: the
 * ensemble is one density of x. What an ensemble's `embedded` shows is how its first member sees x.
 *
 * @param one Evaluates one network.
 * @returns Evaluates one or several.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, fromRows, withEnsembles } from "@likely/core";
 *
 * const flat = { value: new Float64Array(1) };
 * const { logDensity } = withEnsembles({
 *   logDensity: () => Promise.resolve({ name: "flat", dim: 1, evaluate: () => flat, [Symbol.dispose]: () => {} }),
 *   logDensities: () => Promise.reject(new Error("not asked for")),
 *   density: () => Promise.reject(new Error("not asked for")),
 * });
 * const artifact = { kind: "ratio", others: [{}, {}] } as unknown as Artifact;
 * const density = await logDensity(artifact, fromRows([[0]]));
 * assertEquals(density.evaluate(fromRows([[0]])), flat);
 * ```
 */
export function withEnsembles(one: Evaluator): Evaluator {
  return {
    logDensity: (artifact, x) => {
      if (!artifact.others) return one.logDensity(artifact, x);
      // A learned posterior refuses several rows itself.
      return x.n === 1 || artifact.kind === "posterior"
        ? joinedLogDensity(artifact, (member) => one.logDensity(member, x))
        : addedUp(artifact, x, (member) => one.logDensities(member, x));
    },
    logDensities: (artifact, x) =>
      artifact.others
        ? joinedDensities(artifact, (member) => one.logDensities(member, x))
        : one.logDensities(artifact, x),
    density: (artifact) => artifact.others ? joinedDensity(artifact, one.density) : one.density(artifact),
  };
}

async function joinedLogDensity(
  artifact: Artifact,
  make: (member: Artifact) => Promise<LogDensity & Disposable>,
): Promise<LogDensity & Disposable> {
  const members = await all(artifact, make);
  const { dim } = members[0]!;
  const mean = meanOf(artifact);
  return {
    get name() {
      return members[0]!.name;
    },
    dim,
    ...evaluatingAll(members, mean),
    [Symbol.dispose]: () => disposeAll(members),
  };
}

async function joinedDensities(
  artifact: Artifact,
  make: (member: Artifact) => Promise<ObservedDensities>,
): Promise<ObservedDensities> {
  const members = await all(artifact, make);
  const { dim, count, embedded } = members[0]!;
  const mean = meanOf(artifact);
  return {
    get name() {
      return members[0]!.name;
    },
    dim,
    count,
    embedded,
    ...evaluatingAll(members, mean),
    [Symbol.dispose]: () => disposeAll(members),
  };
}

async function joinedDensity(
  artifact: Artifact,
  make: (member: Artifact) => Promise<ConditionalDensity & Disposable>,
): Promise<ConditionalDensity & Disposable> {
  const members = await all(artifact, make);
  const { name: _, ...mean } = meanDensity(members);
  return {
    get name() {
      return members[0]!.name;
    },
    ...mean,
    [Symbol.dispose]: () => disposeAll(members),
  };
}

/** Each point beside every row of x, and the sums over these. */
async function addedUp(
  artifact: Artifact,
  x: Points,
  make: (member: Artifact) => Promise<ObservedDensities>,
): Promise<LogDensity & Disposable> {
  const densities = await joinedDensities(artifact, make);
  const { dim } = densities;
  return {
    get name() {
      return densities.name;
    },
    dim,
    ...evaluatingAll([eachBesideAll(densities, x.n)], ([found]) => sums(found!, x.n, dim)),
    [Symbol.dispose]: () => densities[Symbol.dispose](),
  };
}

/** The mean of what all members say, later where all of them can. */
function evaluatingAll(
  members: readonly LogDensity[],
  mean: (parts: readonly Evaluation[]) => Evaluation,
): Evaluating {
  return {
    evaluate: (theta, options) => mean(members.map((member) => member.evaluate(theta, options))),
    ...(members.every(({ evaluateAsync }) => evaluateAsync) && {
      evaluateAsync: async (theta, options) =>
        mean(await Promise.all(members.map((member) => member.evaluateAsync!(theta, options)))),
    }),
  };
}

function repeated(theta: Points, times: number): Points {
  const out = points(new Float64Array(theta.data.length * times), theta.dim);
  for (let k = 0; k < out.n; k++) row(out, k).set(row(theta, Math.floor(k / times)));
  return out;
}

/** Every point at each of so many observations, one point after another. */
function eachBesideAll(densities: LogDensity, count: number): LogDensity {
  const all = (theta: Points, options: EvaluateOptions = {}) => {
    const chains = Uint32Array.from({ length: theta.n * count }, (_, k) => k % count);
    return [repeated(theta, count), { ...options, chains }] as const;
  };
  const { name, dim } = densities;
  return {
    name,
    dim,
    evaluate: (theta, options) => densities.evaluate(...all(theta, options)),
    ...(densities.evaluateAsync && {
      evaluateAsync: (theta, options) => densities.evaluateAsync!(...all(theta, options)),
    }),
  };
}

function sums({ value, grad }: Evaluation, each: number, dim: number): Evaluation {
  const total = new Float64Array(value.length / each);
  value.forEach((part, k) => total[Math.floor(k / each)]! += part);
  if (!grad) return { value: total };
  const slopes = new Float64Array(total.length * dim);
  grad.forEach((part, k) => slopes[Math.floor(k / dim / each) * dim + k % dim]! += part);
  return { value: total, grad: slopes };
}

function meanOf({ kind }: Artifact): (parts: readonly Evaluation[]) => Evaluation {
  return kind === "cost" ? meanCost : logMean;
}

/** What is made of every member; nothing is left behind where one of them is refused. */
async function all<T extends Disposable>(
  artifact: Artifact,
  make: (member: Artifact) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  try {
    for (const member of membersOf(artifact)) made.push(await make(member));
    return made;
  } catch (error) {
    disposeAll(made);
    throw error;
  }
}

function disposeAll(members: readonly Disposable[]): void {
  members.forEach((member) => member[Symbol.dispose]());
}
