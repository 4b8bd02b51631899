/**
 * Cheap and expensive simulators, coupled: levels, multilevel Monte Carlo, how many runs of which to buy.
 *
 * @module
 */

export * from "./align.ts";
export * from "./coupled_simulate.ts";
export * from "./level_pairs.ts";
export * from "./level_warnings.ts";
export * from "./telescope.ts";
