/**
 * An epidemic with immunity on a graph, in continuous time.
 *
 * @module
 */

import type { Task } from "@likely/core";
import { epidemicTask } from "./_epidemic_task.ts";
import type { SisGillespieOptions } from "./sis_gillespie.ts";

/** Where, how long and how closely the epidemic of {@linkcode sirGillespie} is watched. */
export type SirGillespieOptions = SisGillespieOptions;

/**
 * Builds the continuous-time SIR task: as `sisGillespie`, but those who recover are immune.
 *
 * Rates, parameters, prior, joint score and the statistics of the path are those of
 * `sisGillespie`; a recovered node is neither susceptible nor infected. A snapshot shows a
 * susceptible node as −1, an infected one as 0 and a recovered one as 1.
 *
 * Source: Gillespie (1977), "Exact stochastic simulation of coupled chemical reactions",
 * https://doi.org/10.1021/j100540a008; a run is at most two events a node.
 *
 * @param options Graph, first infected nodes, times, what is observed.
 * @returns The task, named `sir_gillespie`, or `sir_gillespie_path` where paths are observed.
 * @throws {TypeError} If the graph is directed.
 * @throws {RangeError} If a node is not in the graph or the times do not rise from above 0.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { sirGillespie } from "@likely/simulators";
 *
 * const { simulator } = sirGillespie({ times: [2, 4] });
 * const { x, score } = simulator.simulateScored!(key(0), fromRows([[-1, -0.5, -3]]));
 * assertEquals([x.dim, score.dim], [20, 3]);
 * ```
 */
export function sirGillespie(options: SirGillespieOptions = {}): Task {
  return epidemicTask({ name: "sir_gillespie", codes: [-1, 0, 1], immune: true }, options);
}
