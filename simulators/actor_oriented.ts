/**
 * A directed network whose actors change their ties one at a time.
 *
 * @module
 */

import { independent, key, type Stream, type Task, uniform } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { type Actors, ministepLogLikelihood, ministepScore, openActors, runActors } from "./_ministeps.ts";
import { type PathModel, pathSimulator, summarySimulator } from "./_path_simulator.ts";
import { requireDirected } from "./_ties.ts";
import { requireRising } from "./_times.ts";
import { erdosRenyi } from "./erdos_renyi.ts";
import type { Graph } from "./graph.ts";
import type { BoundedPathOptions } from "./path_options.ts";

const ACTION = "build an actor-oriented model";

/**
 * Where, how long and how closely the network of {@linkcode actorOriented} is watched: at times 1, 2
 * and 3, with room for 192 ministeps, unless told otherwise.
 */
export interface ActorOrientedOptions extends BoundedPathOptions<"snapshots"> {
  /**
   * The network at time 0; directed, at least 3 nodes.
   *
   * @default {an Erdős–Rényi graph of 6 nodes at density 0.3}
   */
  readonly initial?: Graph;
}

/**
 * Builds the stochastic actor-oriented task: what do actors want of their ties?
 *
 * Every actor gets a chance at rate ρ. Actor i then toggles its tie to one j, or nothing (j = i),
 * with probability softmax over j of `b · s_i(Y with i → j toggled)`; `s_i` is the number of its
 * ties, of those that are returned, and of its transitive triplets i → j, i → h, h → j. Parameters
 * are log ρ and b, uniform on [0, 1.5], [−2.5, 0], [−0.5, 2] and [−0.3, 0.6].
 *
 * With snapshots, `x` is the networks at `times`, in each the ordered pairs i ≠ j row by row: 1 a
 * tie, −1 none. Their likelihood is not known; `simulateScored` gives the joint score of the
 * ministeps: `M − n ρ T` for log ρ, M the number of ministeps, and the sum over them of `s_i` as
 * chosen minus its mean under the softmax for b.
 *
 * With the path, `x` is the ministeps in order, `i · nodes + j` each, and −1 from there; its
 * probability and score are exact. A path of more than `capacity` ministeps is a failed row.
 *
 * Source: Snijders (2001), "The statistical evaluation of social network dynamics",
 * https://doi.org/10.1111/0081-1750.00099.
 *
 * @param options First network, times, what is observed.
 * @returns The task, named `actor_oriented`, or `actor_oriented_path` where paths are observed.
 * @throws {TypeError} If the network is undirected.
 * @throws {RangeError} If it has fewer than 3 nodes, the times do not rise from above 0 or
 * `capacity` is no whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { actorOriented } from "@likely/simulators";
 *
 * const { simulator } = actorOriented();
 * const { x, score } = simulator.simulateScored!(key(0), fromRows([[0.5, -1, 1, 0.2]]));
 * assertEquals([x.dim, score.dim], [3 * 6 * 5, 4]);
 * ```
 */
export function actorOriented(options: ActorOrientedOptions = {}): Task {
  const { times = [1, 2, 3], capacity = 192 } = options;
  const { initial = erdosRenyi(key(1), { nodes: 6, density: 0.3, directed: true }) } = options;
  requireDirected(ACTION, initial, 3);
  requireRising(ACTION, times);
  requireInteger(ACTION, "capacity", capacity, 1);
  const model = actorModel(openActors(initial, times), capacity);
  const simulator = options.observe === "path" ? pathSimulator(model) : summarySimulator(model);
  const prior = independent({
    log_rate: uniform(0, 1.5),
    outdegree: uniform(-2.5, 0),
    reciprocity: uniform(-0.5, 2),
    transitivity: uniform(-0.3, 0.6),
  });
  return { name: simulator.name, prior, simulator };
}

function actorModel(actors: Actors, capacity: number): PathModel {
  return {
    name: "actor_oriented",
    thetaDim: 4,
    summaryDim: actors.times.length * actors.pairs.length,
    pathDim: capacity,
    run: (random: Stream, theta) => runActors(random, theta, actors),
    logLikelihood: (theta, path) => ministepLogLikelihood(theta, path, actors),
    score: (theta, path) => ministepScore(theta, path, actors),
  };
}
