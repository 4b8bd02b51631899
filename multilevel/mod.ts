/**
 * Cheap and expensive simulators, coupled: levels, multilevel Monte Carlo, how many runs of which to buy.
 *
 * @module
 */

export * from "./add_samples.ts";
export * from "./align.ts";
export * from "./allocate.ts";
export * from "./allocation.ts";
export * from "./choose_levels.ts";
export * from "./coupled_simulate.ts";
export * from "./format_mlmc_table.ts";
export * from "./joint_variances.ts";
export * from "./level_pairs.ts";
export * from "./level_rates.ts";
export * from "./level_sampler.ts";
export * from "./level_samples.ts";
export * from "./level_sums.ts";
export * from "./level_warnings.ts";
export * from "./mlmc.ts";
export * from "./mlmc_complexity.ts";
export * from "./mlmc_options.ts";
export * from "./mlmc_result.ts";
export * from "./mlmc_table.ts";
export * from "./moments.ts";
export * from "./open_levels.ts";
export * from "./pair_costs.ts";
export * from "./telescope.ts";
