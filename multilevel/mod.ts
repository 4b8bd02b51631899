/**
 * Cheap and expensive simulators, coupled: levels, multilevel Monte Carlo, how many runs of which to buy.
 *
 * @module
 */

export * from "./allocate.ts";
export * from "./choose_levels.ts";
export * from "./joint_variances.ts";
export * from "./level_rates.ts";
export * from "./level_sampler.ts";
export * from "./level_samples.ts";
export * from "./level_sums.ts";
export * from "./moments.ts";
export * from "./pair_costs.ts";
