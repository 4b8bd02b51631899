/**
 * All tasks by name: what a command line or a table of results picks from.
 *
 * @module
 */

import type { Task } from "@likely/core";
import { actorOriented } from "./actor_oriented.ts";
import { autoregressive } from "./autoregressive.ts";
import { bernoulliGlm } from "./bernoulli_glm.ts";
import { bernoulliGlmRaw } from "./bernoulli_glm_raw.ts";
import { brownResnick } from "./brown_resnick.ts";
import { driftDiffusion } from "./drift_diffusion.ts";
import { dynamicBlockModel } from "./dynamic_block_model.ts";
import { gAndK } from "./g_and_k.ts";
import { gaussianCorrelated } from "./gaussian_correlated.ts";
import { gaussianField } from "./gaussian_field.ts";
import { gaussianFieldLevels } from "./gaussian_field_levels.ts";
import { gaussianLinear } from "./gaussian_linear.ts";
import { gaussianLinearUniform } from "./gaussian_linear_uniform.ts";
import { gaussianMixture } from "./gaussian_mixture.ts";
import { gaussianMixtureAce } from "./gaussian_mixture_ace.ts";
import { hawkesGraph } from "./hawkes_graph.ts";
import { hodgkinHuxley } from "./hodgkin_huxley.ts";
import { hodgkinHuxleyLevels } from "./hodgkin_huxley_levels.ts";
import { influenza } from "./influenza.ts";
import { linearGaussianShifted } from "./linear_gaussian_shifted.ts";
import { lotkaVolterra } from "./lotka_volterra.ts";
import { mg1Queue } from "./mg1_queue.ts";
import { ornsteinUhlenbeck } from "./ornstein_uhlenbeck.ts";
import { separableField } from "./separable_field.ts";
import { sir } from "./sir.ts";
import { sirGillespie } from "./sir_gillespie.ts";
import { sirTauLeap } from "./sir_tau_leap.ts";
import { sisDiscrete } from "./sis_discrete.ts";
import { sisGillespie } from "./sis_gillespie.ts";
import { slcp } from "./slcp.ts";
import { slcpDistractors } from "./slcp_distractors.ts";
import { stochasticInfluenza } from "./stochastic_influenza.ts";
import { temporalErgm } from "./temporal_ergm.ts";
import { toggleSwitch } from "./toggle_switch.ts";
import { twoMoons } from "./two_moons.ts";
import { uniform1d } from "./uniform_1d.ts";

/**
 * The builder of every task in this package, by the task's name; built with its default options.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tasks } from "@likely/simulators";
 *
 * assertEquals(tasks["two_moons"]?.().simulator.xDim, 2);
 * ```
 */
export const tasks: Readonly<Record<string, () => Task>> = Object.freeze(
  // Without a prototype a name typed by a user finds a task or nothing, never `toString`.
  Object.assign(Object.create(null), {
    "gaussian_linear": gaussianLinear,
    "two_moons": twoMoons,
    "slcp": slcp,
    "gaussian_linear_uniform": gaussianLinearUniform,
    "gaussian_mixture": gaussianMixture,
    "slcp_distractors": slcpDistractors,
    "sir": sir,
    "lotka_volterra": lotkaVolterra,
    "bernoulli_glm": bernoulliGlm,
    "bernoulli_glm_raw": bernoulliGlmRaw,
    "uniform_1d": uniform1d,
    "linear_gaussian_shifted": linearGaussianShifted,
    "gaussian_mixture_ace": gaussianMixtureAce,
    "hodgkin_huxley": hodgkinHuxley,
    "drift_diffusion": driftDiffusion,
    "gaussian_correlated": gaussianCorrelated,
    "autoregressive": autoregressive,
    "mg1_queue": mg1Queue,
    "influenza": influenza,
    "influenza_stochastic": stochasticInfluenza,
    "sis_discrete": sisDiscrete,
    "sis_gillespie": sisGillespie,
    "sir_gillespie": sirGillespie,
    "temporal_ergm": temporalErgm,
    "dynamic_block_model": dynamicBlockModel,
    "actor_oriented": actorOriented,
    "hawkes_graph": hawkesGraph,
    "gaussian_field": gaussianField,
    "separable_field": separableField,
    "brown_resnick": brownResnick,
    "g_and_k": gAndK,
    "ornstein_uhlenbeck": ornsteinUhlenbeck,
    "toggle_switch": toggleSwitch,
    "hodgkin_huxley_levels": hodgkinHuxleyLevels,
    "gaussian_field_levels": gaussianFieldLevels,
    "sir_tau_leap": sirTauLeap,
  }),
);
