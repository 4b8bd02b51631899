/**
 * Markov kernels over all chains at once, and the loop that runs them.
 *
 * @module
 */

export * from "./hmc.ts";
export * from "./mcmc_posterior.ts";
export * from "./random_walk.ts";
export * from "./run_chain.ts";
export * from "./sample.ts";
export * from "./slice.ts";
