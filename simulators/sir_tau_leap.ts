/**
 * A stochastic epidemic in a mixed population, by leaps of time and event by event.
 *
 * @module
 */

import { independent, type LevelDefinition, leveled, logNormal, type Task } from "@likely/core";
import { requireInteger, requirePositive } from "@likely/core/check";
import { requireSteps } from "./_nested_steps.ts";
import { exactSir, leapSir, type SirSetting } from "./_sir_counts.ts";

const NAME = "sir_tau_leap";
const ACTION = "build an epidemic by leaps";

/** Options of {@linkcode sirTauLeap}. */
export interface SirTauLeapOptions {
  /**
   * Leaps of each level, rising, each a multiple of the observations.
   *
   * @default {[40, 160]}
   */
  readonly steps?: readonly number[];
  /**
   * Whether one more level runs event by event, without error.
   *
   * @default {true}
   */
  readonly exact?: boolean;
  /**
   * People.
   *
   * @default {10000}
   */
  readonly population?: number;
  /**
   * Infected at time 0.
   *
   * @default {20}
   */
  readonly infected?: number;
  /**
   * How long it is watched, in days.
   *
   * @default {160}
   */
  readonly end?: number;
  /**
   * How many times it is observed, equally far apart, the last one at the end.
   *
   * @default {10}
   */
  readonly observations?: number;
}

/**
 * Builds a stochastic SIR epidemic: each infected person infects at rate `β S / N` and recovers at rate γ; x is
 * how many are infected at each observation.
 *
 * Prior, per day: β ~ LogNormal(log 0.4, 0.5), γ ~ LogNormal(log 1/8, 0.2), as in `sir`.
 *
 * Levels are tau-leaps, which hold the rates for a step, and at last the jump process. All count the events of
 * the same two Poisson processes of rate one, in the integrated rates (Kurtz's random change of time), so that the
 * variance of their difference falls with the step. A process answers for a time without all events before it:
 * a run of few leaps is cheap whatever the population. Costs are not declared: an exact run takes a time that
 * grows with the epidemic. Leaps of a week or more tell little of the truth.
 *
 * The likelihood is not known. Source: Gillespie (2001), "Approximate accelerated stochastic simulation of
 * chemically reacting systems", https://doi.org/10.1063/1.1378322; for levels Anderson & Higham (2012),
 * "Multilevel Monte Carlo for continuous time Markov chains", https://arxiv.org/abs/1107.2181, who couple rates
 * instead, more closely.
 *
 * @param options Leaps, population, observations.
 * @returns The task.
 * @throws {RangeError} If there are fewer than two levels of leaps, steps do not rise or are no multiples of the
 * observations, or a size is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { sirTauLeap } from "@likely/simulators";
 *
 * const { simulator } = sirTauLeap({ population: 1000 });
 * assertEquals(simulator.levels!.map((level) => level.name), ["40 leaps", "160 leaps", "exact"]);
 * assertEquals(simulator.simulate(key(0), fromRows([[0.4, 0.125]])).dim, 10);
 * ```
 */
export function sirTauLeap(options: SirTauLeapOptions = {}): Task {
  const { steps = [40, 160], exact = true } = options;
  const { population = 10_000, infected = 20, end = 160, observations = 10 } = options;
  requireInteger(ACTION, "population", population, 1, 2 ** 32);
  requireInteger(ACTION, "infected", infected, 0, population);
  requirePositive(ACTION, "end", end);
  requireInteger(ACTION, "observations", observations, 1);
  requireSteps(ACTION, steps, false);
  const between = steps.find((count) => count % observations > 0);
  if (between !== undefined) {
    throw new RangeError(
      `Cannot ${ACTION} as steps must be multiples of the ${observations} observations: current value is ${between}`,
    );
  }
  const setting: SirSetting = { population, infected, end, observations };
  const leaps = steps.map((count): LevelDefinition => ({
    name: `${count} leaps`,
    simulate: (noise, theta) => leapSir(noise, theta, setting, count),
  }));
  const last: LevelDefinition = {
    name: "exact",
    simulate: (noise, theta) => exactSir(noise, theta, setting),
  };
  return {
    name: NAME,
    prior: independent({ beta: logNormal(Math.log(0.4), 0.5), gamma: logNormal(Math.log(1 / 8), 0.2) }),
    simulator: leveled({
      name: NAME,
      thetaDim: 2,
      xDim: observations,
      levels: exact ? [...leaps, last] : leaps,
    }),
  };
}
