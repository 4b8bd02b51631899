/**
 * Markov kernels over all chains at once, and the loop that runs them.
 *
 * @module
 */

export * from "./adaptive_importance.ts";
export * from "./delayed_acceptance.ts";
export * from "./elliptical_slice.ts";
export * from "./hmc.ts";
export * from "./importance.ts";
export * from "./mala.ts";
export * from "./map.ts";
export * from "./mcmc_posterior.ts";
export * from "./nuts.ts";
export * from "./nuts_posterior.ts";
export * from "./parallel_tempering.ts";
export * from "./pareto_smooth.ts";
export * from "./random_walk.ts";
export * from "./rejection.ts";
export * from "./run_chain.ts";
export * from "./sample.ts";
export * from "./sample_many.ts";
export * from "./sample_options.ts";
export * from "./slice.ts";
export * from "./smc.ts";
export * from "./smc_many.ts";
export * from "./smc_posterior.ts";
export * from "./stack_targets.ts";
export * from "./student_t.ts";
