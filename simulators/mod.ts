/**
 * Ready-made inference problems: one task a file, a prior and a simulator each, with exact
 * likelihood and score wherever they are known.
 *
 * | task | theta, x | likelihood and score |
 * | --- | --- | --- |
 * | `gaussianLinear` | 10, 10 | exact; posterior too |
 * | `gaussianLinearUniform` | 10, 10 | exact; posterior too |
 * | `gaussianMixture` | 2, 2 | exact; posterior too |
 * | `twoMoons` | 2, 2 | exact; the density jumps |
 * | `slcp` | 5, 8 | exact |
 * | `slcpDistractors` | 5, 100 | exact, the noise's density left out |
 * | `bernoulliGlm`, `bernoulliGlmRaw` | 10, 10 or 100 | exact |
 * | `sir` | 2, 10 | exact, through its differential equation |
 * | `lotkaVolterra` | 4, 20 | exact, through its differential equation |
 * | `uniform1d` | 1, 1 | likelihood exact, with edges; no score |
 * | `linearGaussianShifted` | 10, 10 | exact; posterior too |
 * | `gaussianMixtureAce` | 2, 10 | exact |
 * | `driftDiffusion` | 4, 2 a trial | exact |
 * | `gaussianCorrelated` | 12, 12 | exact; posterior too |
 * | `autoregressive` | 3, 500 | exact |
 * | `mg1Queue` | 3, 50 or 5 | likelihood exact for 50, with edges; posterior sampled exactly for 5 |
 * | `influenza` | 3, 14 | exact; real data |
 * | `stochasticInfluenza` | 3, 14 | unknown; real data |
 * | `hodgkinHuxley` | 8, 7 | unknown; real data |
 * | `separableField` | 2, 36 | exact, in time proportional to the sites |
 * | `gaussianField` | 2 or 3, 625 | exact; scores come cheaper with the simulation |
 * | `brownResnick` | 2, 625 | unknown; `brownResnickPairwise` is a composite likelihood |
 * | `sisDiscrete` | 3, 80 | exact, on a graph |
 * | `sisGillespie`, `sirGillespie` | 3, 80 | joint score, on a graph; exact for paths |
 * | `temporalErgm` | 4, 336 | exact, a changing network |
 * | `dynamicBlockModel` | 4, 224 | exact, a changing network |
 * | `actorOriented` | 4, 90 | joint score, a changing network; exact for paths |
 * | `hawkesGraph` | 3, 80 | joint score, on a graph; exact for paths |
 *
 * Simulators at several fidelities, coupled by common random numbers (`simulator.levels`):
 *
 * | task | theta, x | levels | likelihood of the last one |
 * | --- | --- | --- | --- |
 * | `gAndK` | 4, 1 a draw, or 4 | a Taylor polynomial; exact | exact for draws |
 * | `ornsteinUhlenbeck` | 3 or 4, 5 or 100 | without time; Euler; or Euler by time step | exact |
 * | `toggleSwitch` | 7, 1 | stopped early; late, a run that begins as the early one | unknown |
 * | `hodgkinHuxleyLevels` | 8, 7 | by time step | unknown; real data |
 * | `gaussianFieldLevels` | 2, 3 | by resolution | unknown |
 * | `sirTauLeap` | 2, 10 | leaps of time; event by event | unknown |
 *
 * `camelsPairs` makes pairs of two fidelities of a finite table of simulations.
 *
 * `umBridge` makes a simulator, with levels too, of a model that is served over HTTP by UM-Bridge.
 *
 * `uniform1d`, `twoMoons`, `linearGaussianShifted` and `gaussianMixtureAce` are also `CostTask`s: they know
 * a distance, its exact expectation and the exact generalized posterior.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, points, split } from "@likely/core";
 * import { influenza } from "@likely/simulators";
 *
 * const { prior, simulator, observation } = influenza();
 * const [forTheta, forX] = split(key(0), 2);
 * const theta = prior.sample(forTheta, 1);
 * const x = simulator.simulate(forX, theta);
 * const better = simulator.logLikelihood!(theta, x)[0]!;
 * assert(better > simulator.logLikelihood!(theta, points(observation!, 14))[0]!);
 * ```
 *
 * @module
 */

export * from "./actor_oriented.ts";
export * from "./autoregressive.ts";
export * from "./bernoulli_glm.ts";
export * from "./bernoulli_glm_raw.ts";
export * from "./brown_resnick.ts";
export * from "./brown_resnick_pairwise.ts";
export * from "./camels_pairs.ts";
export * from "./cost_task.ts";
export * from "./drift_diffusion.ts";
export * from "./dynamic_block_model.ts";
export * from "./erdos_renyi.ts";
export * from "./g_and_k.ts";
export * from "./gaussian_correlated.ts";
export * from "./gaussian_field.ts";
export * from "./gaussian_field_levels.ts";
export * from "./gaussian_linear.ts";
export * from "./gaussian_linear_uniform.ts";
export * from "./gaussian_mixture.ts";
export * from "./gaussian_mixture_ace.ts";
export * from "./graph.ts";
export * from "./grid_posterior.ts";
export * from "./hawkes_graph.ts";
export * from "./hodgkin_huxley.ts";
export * from "./hodgkin_huxley_levels.ts";
export * from "./hodgkin_huxley_observations.ts";
export * from "./hodgkin_huxley_recordings.ts";
export * from "./hodgkin_huxley_statistics.ts";
export * from "./hodgkin_huxley_voltage.ts";
export * from "./infected_graph.ts";
export * from "./influenza.ts";
export * from "./influenza_counts.ts";
export * from "./linear_gaussian_shifted.ts";
export * from "./lotka_volterra.ts";
export * from "./mg1_quartile_posterior.ts";
export * from "./mg1_queue.ts";
export * from "./observations.ts";
export * from "./ornstein_uhlenbeck.ts";
export * from "./path_options.ts";
export * from "./program.ts";
export * from "./program_options.ts";
export * from "./program_per_row.ts";
export * from "./separable_field.ts";
export * from "./sir.ts";
export * from "./sir_gillespie.ts";
export * from "./sir_tau_leap.ts";
export * from "./sis_discrete.ts";
export * from "./sis_gillespie.ts";
export * from "./slcp.ts";
export * from "./slcp_distractors.ts";
export * from "./stochastic_influenza.ts";
export * from "./tasks.ts";
export * from "./temporal_ergm.ts";
export * from "./toggle_switch.ts";
export * from "./two_moons.ts";
export * from "./um_bridge.ts";
export * from "./um_bridge_error.ts";
export * from "./um_bridge_from.ts";
export * from "./um_bridge_model.ts";
export * from "./um_bridge_options.ts";
export * from "./uniform_1d.ts";
