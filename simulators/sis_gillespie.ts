/**
 * An epidemic without immunity on a graph, in continuous time.
 *
 * @module
 */

import type { Task } from "@likely/core";
import { epidemicTask } from "./_epidemic_task.ts";
import type { InfectedGraph } from "./infected_graph.ts";
import type { PathOptions } from "./path_options.ts";

/**
 * Where, how long and how closely the epidemic of {@linkcode sisGillespie} is watched: at times 1 to 8
 * unless others are given.
 */
export interface SisGillespieOptions extends InfectedGraph, PathOptions<"snapshots"> {}

/**
 * Builds the continuous-time SIS task: an epidemic seen from time to time, its steps hidden.
 *
 * A susceptible node with k infected neighbours is infected at rate `β k + ε`; an infected node
 * recovers at rate γ and can be infected again. Parameters are log β, log γ and log ε, uniform on
 * [−2.5, 0], [−2, 0.5] and [−4.5, −1.5].
 *
 * With snapshots, `x` is the states at `times`, node by node in each: 1 infected, −1 susceptible.
 * Their likelihood is not known for more than a few nodes; `simulateScored` gives the joint score
 * of the path that made them, at no cost: with `N_k` infections that met k infected neighbours and
 * the integrals over time of the contacts between susceptible and infected nodes (C), of the
 * susceptible (S) and of the infected (I), it is
 * `(Σ N_k β k / (β k + ε) − β C, N_rec − γ I, Σ N_k ε / (β k + ε) − ε S)`.
 *
 * With the path, `x` is `(N_0, …, N_K, N_rec, C, S, I)`, K the most neighbours of a node, and
 * likelihood and score are exact; the log-likelihood is that of the whole path, which is that of
 * `x` up to a term free of theta. Where ε is 0 the maximum is at `β = ΣN_k / C`, `γ = N_rec / I`.
 *
 * A run of more than a million events, possible far outside the prior, is a failed row.
 *
 * Source: Gillespie (1977), "Exact stochastic simulation of coupled chemical reactions",
 * https://doi.org/10.1021/j100540a008.
 *
 * @param options Graph, first infected nodes, times, what is observed.
 * @returns The task, named `sis_gillespie`, or `sis_gillespie_path` where paths are observed.
 * @throws {TypeError} If the graph is directed.
 * @throws {RangeError} If a node is not in the graph or the times do not rise from above 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { sisGillespie } from "@likely/simulators";
 *
 * const theta = fromRows([[-1, -0.5, -3]]);
 * const { x, score } = sisGillespie().simulator.simulateScored!(key(0), theta);
 * assertEquals(x.dim, 80);
 *
 * // The same run, seen whole, has the same score.
 * const whole = sisGillespie({ observe: "path" }).simulator;
 * const exact = whole.score!(theta, whole.simulate(key(0), theta));
 * assertAlmostEquals(exact.data[0]!, score.data[0]!);
 * ```
 */
export function sisGillespie(options: SisGillespieOptions = {}): Task {
  return epidemicTask({ name: "sis_gillespie", codes: [-1, 1, 1], immune: false }, options);
}
