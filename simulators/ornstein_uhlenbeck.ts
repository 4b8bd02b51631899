/**
 * The Ornstein–Uhlenbeck process, by two fidelities or by time step.
 *
 * @module
 */

import {
  independent,
  type Interval,
  type LevelDefinition,
  leveled,
  type Noise,
  type Task,
  uniform,
} from "@likely/core";
import { requirePositive } from "@likely/core/check";
import { eulerLogDensity, eulerPath, type Relaxation } from "./_euler_relaxation.ts";
import { nestedNormals } from "./_nested_normals.ts";
import { requireSteps } from "./_nested_steps.ts";
import { requireOneOf } from "./_one_of.ts";

const NAME = "ornstein_uhlenbeck";
const ACTION = "build an Ornstein-Uhlenbeck task";
const TIME = 10;
const PAPER_STEPS = 100;
// Steps after which x is observed, counted from 1.
const FIVE = { "five": [1, 4, 11, 32, 100], "five-code": [1, 4, 10, 32, 100] };

/** Options of {@linkcode ornsteinUhlenbeck}. */
export interface OrnsteinUhlenbeckOptions {
  /**
   * The two fidelities of the paper, the lower one blind to time, or Euler's method by its time step.
   *
   * @default {"paper"}
   */
  readonly levels?: "paper" | "steps";
  /**
   * Three, γ, μ and σ with x₀ = 2, or x₀ ~ U(0, 4) too, which the low level of the paper ignores.
   *
   * @default {3}
   */
  readonly parameters?: 3 | 4;
  /**
   * Steps of each level, each a multiple of the one before; only with `levels: "steps"`.
   *
   * @default {[5, 10, 20, 100]}
   */
  readonly steps?: readonly number[];
  /**
   * With the paper's levels, x after the steps 1, 4, 11, 32 and 100, or as its code has it 10 instead of 11,
   * or after all 100 of them. With time steps x is observed at the times of the coarsest grid, `"path"` alone.
   *
   * @default {"five"}
   */
  readonly summary?: "five" | "five-code" | "path";
  /**
   * Where the prior puts γ. The paper's code has (0.5, 1.5) with four parameters, which the paper does not say.
   *
   * @default {{ low: 0.1, high: 1 }}
   */
  readonly rate?: Interval;
}

/**
 * Builds the Ornstein–Uhlenbeck task, `dx = γ (μ − x) dt + σ dW` from x₀ = 2 until time 10.
 *
 * Prior: γ ~ U(0.1, 1), μ ~ U(0.1, 3), σ ~ U(0.1, 0.6); with four parameters x₀ ~ U(0, 4).
 *
 * | levels | from coarse to fine | cost |
 * | --- | --- | --- |
 * | `"paper"` | independent draws of N(μ, σ² / 2γ), for each of Euler's 100 steps with the same normal | 1 |
 * | | Euler's method, 100 steps | 1 |
 * | `"steps"` | Euler's method on nested grids, increments of one Brownian motion | steps |
 *
 * The paper gives no costs; both of its levels read 100 normals. It is the case where levels do not
 * converge: the lower one knows neither the start nor any correlation in time. With time steps the variance
 * of the difference falls by two orders for ten times as many steps, as the noise is additive; at the coarsest
 * default, five steps of 2, Euler's method is barely stable where γ is near 1.
 *
 * The last level is a Gaussian autoregression, and so is what is observed of it: the likelihood is exact.
 *
 * Source: Hikida, Bharti, Jeffrey & Briol (2025), "Multilevel neural simulation-based inference",
 * https://arxiv.org/abs/2506.06087, after Krouglova et al. (2025), "Multifidelity simulation-based
 * inference for computationally expensive simulators", https://arxiv.org/abs/2502.08416.
 *
 * @param options Levels, parameters, what is observed.
 * @returns The task.
 * @throws {RangeError} If an option is none of its values, or steps are not whole numbers ≥ 1 that rise by
 * whole factors, an option is of no use to these levels, or γ may be 0.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { ornsteinUhlenbeck } from "@likely/simulators";
 *
 * const { simulator } = ornsteinUhlenbeck({ levels: "steps", steps: [10, 100, 1000] });
 * const [, middle, fine] = simulator.levels!.map((level) =>
 *   level.simulate(key(0), fromRows([[0.5, 1, 0.3]])).data
 * );
 * assertAlmostEquals(middle![9]!, fine![9]!, 0.02);
 * ```
 */
export function ornsteinUhlenbeck(options: OrnsteinUhlenbeckOptions = {}): Task {
  const { levels = "paper", parameters = 3, summary = "five" } = options;
  const { rate = { low: 0.1, high: 1 } } = options;
  requireOneOf(ACTION, "levels", levels, ["paper", "steps"]);
  requireOneOf(ACTION, "parameters", `${parameters}`, ["3", "4"]);
  requireOneOf(ACTION, "summary", summary, ["five", "five-code", "path"]);
  requirePositive(ACTION, "the low end of rate", rate.low);
  requireBelongs(options);
  const { definitions, finest, at } = levels === "paper" ? paperLevels(summary) : stepLevels(options.steps);
  return {
    name: NAME,
    prior: independent({
      gamma: uniform(rate.low, rate.high),
      mu: uniform(0.1, 3),
      sigma: uniform(0.1, 0.6),
      ...(parameters === 4 && { x0: uniform(0, 4) }),
    }),
    simulator: leveled({
      name: NAME,
      thetaDim: parameters,
      xDim: at.length,
      levels: definitions,
      logLikelihood: (theta, x) => eulerLogDensity(relaxation(theta), TIME / finest, at, x),
    }),
  };
}

/** Levels, steps of the last one, and after which of them x is observed. */
interface Hierarchy {
  readonly definitions: readonly LevelDefinition[];
  readonly finest: number;
  readonly at: readonly number[];
}

function paperLevels(summary: "five" | "five-code" | "path"): Hierarchy {
  const at = summary === "path" ? countFrom1(PAPER_STEPS) : FIVE[summary];
  const read = (noise: Noise) => nestedNormals(noise, "steps", [PAPER_STEPS], 0);
  const definitions = [
    {
      name: "stationary",
      cost: 1,
      simulate: (noise: Noise, theta: Float64Array) => {
        const { rate, mean, sd } = relaxation(theta);
        const z = read(noise);
        return at.map((step) => mean + sd / Math.sqrt(2 * rate) * z[step - 1]!);
      },
    },
    { name: `${PAPER_STEPS} steps`, cost: 1, simulate: eulerAt(PAPER_STEPS, at, read) },
  ];
  return { definitions, finest: PAPER_STEPS, at };
}

function stepLevels(steps: readonly number[] = [5, 10, 20, 100]): Hierarchy {
  requireSteps(ACTION, steps, true);
  const observed = countFrom1(steps[0]!);
  const timesOf = (count: number) => observed.map((i) => i * count / steps[0]!);
  const definitions = steps.map((count, l) => ({
    name: `${count} steps`,
    cost: count,
    simulate: eulerAt(count, timesOf(count), (noise) => nestedNormals(noise, "steps", steps, l)),
  }));
  const finest = steps.at(-1)!;
  return { definitions, finest, at: timesOf(finest) };
}

function eulerAt(steps: number, at: readonly number[], read: (noise: Noise) => Float64Array) {
  return (noise: Noise, theta: Float64Array) => {
    const path = eulerPath(relaxation(theta), TIME / steps, read(noise));
    return at.map((step) => path[step - 1]!);
  };
}

/** Options of the other kind of levels would change nothing. */
function requireBelongs({ levels = "paper", steps, summary = "path" }: OrnsteinUhlenbeckOptions): void {
  if (levels === "paper" && !steps || levels === "steps" && summary === "path") return;
  const [name, value] = levels === "paper" ? ["steps", steps] : ["summary", summary];
  throw new RangeError(
    `Cannot ${ACTION} as ${name} must be left out where levels are "${levels}": current value is ${value}`,
  );
}

function relaxation(theta: Float64Array): Relaxation {
  return { rate: theta[0]!, mean: theta[1]!, sd: theta[2]!, start: theta[3] ?? 2 };
}

function countFrom1(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
