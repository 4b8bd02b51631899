/**
 * Events that excite more events along the edges of a graph.
 *
 * @module
 */

import { independent, type Task, uniform } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { exampleGraph } from "./_contagion.ts";
import { type Hawkes, hawkesLogLikelihood, hawkesScore, runHawkes } from "./_hawkes_path.ts";
import { type PathModel, pathSimulator, summarySimulator } from "./_path_simulator.ts";
import { requireRising } from "./_times.ts";
import type { Graph } from "./graph.ts";
import type { BoundedPathOptions } from "./path_options.ts";

const ACTION = "build a Hawkes process";

/**
 * Where, how long and how closely the events of {@linkcode hawkesGraph} are watched: counted between
 * times 1 to 8, with room for 512 events, unless told otherwise.
 */
export interface HawkesGraphOptions extends BoundedPathOptions<"counts"> {
  /**
   * Who excites whom: an event at i excites the nodes that i points to.
   *
   * @default {an Erdős–Rényi graph of 10 nodes and 16 edges}
   */
  readonly graph?: Graph;
}

/**
 * Builds the task of a Hawkes process on a graph: how much of the traffic is echo?
 *
 * Node i has events at rate `μ + α ω Σ_j A_ji Σ_{t_j < t} exp(−ω (t − t_j))`: an event brings on
 * average α more at every node it points to, after a mean time of 1/ω. Parameters are log μ,
 * log α and log ω, uniform on [−3, −0.7], [−4, −1.7] and [−0.7, 1.4]. Simulation is exact.
 *
 * With counts, `x` is the number of events of each node in (0, t₁], (t₁, t₂], …, node by node in
 * each. Their likelihood is not known; `simulateScored` gives the joint score of the events.
 *
 * With the path, `x` is `(t₁, i₁, t₂, i₂, …)`, time and node of every event in order, and −1 from
 * there; its likelihood and score are exact. A path of more than `capacity` events is a failed
 * row, as is a run of more than a hundred thousand, where echoes outgrow their source.
 *
 * Source: Hawkes (1971), "Spectra of some self-exciting and mutually exciting point processes",
 * https://doi.org/10.1093/biomet/58.1.83; simulated as by Dassios & Zhao (2013),
 * https://doi.org/10.1214/ECP.v18-2717.
 *
 * @param options Graph, times, what is observed.
 * @returns The task, named `hawkes_graph`, or `hawkes_graph_path` where paths are observed.
 * @throws {RangeError} If the times do not rise from above 0 or `capacity` is no whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { hawkesGraph } from "@likely/simulators";
 *
 * const { simulator } = hawkesGraph({ times: [5, 10] });
 * const { x, score } = simulator.simulateScored!(key(0), fromRows([[-1, -2, 0]]));
 * assertEquals([x.dim, score.dim], [20, 3]);
 * ```
 */
export function hawkesGraph(options: HawkesGraphOptions = {}): Task {
  const { graph = exampleGraph(), times = [1, 2, 3, 4, 5, 6, 7, 8], capacity = 512 } = options;
  requireRising(ACTION, times);
  requireInteger(ACTION, "capacity", capacity, 1);
  const model = hawkesModel({ graph, times }, capacity);
  const simulator = options.observe === "path" ? pathSimulator(model) : summarySimulator(model);
  const prior = independent({
    log_background: uniform(-3, -0.7),
    log_offspring: uniform(-4, -1.7),
    log_decay: uniform(-0.7, 1.4),
  });
  return { name: simulator.name, prior, simulator };
}

function hawkesModel(hawkes: Hawkes, capacity: number): PathModel {
  return {
    name: "hawkes_graph",
    thetaDim: 3,
    summaryDim: hawkes.times.length * hawkes.graph.nodes,
    pathDim: 2 * capacity,
    run: (random, theta) => runHawkes(random, theta, hawkes),
    logLikelihood: (theta, path) => hawkesLogLikelihood(theta, path, hawkes),
    score: (theta, path) => hawkesScore(theta, path, hawkes),
  };
}
