/**
 * Cheap and expensive simulators, coupled: levels, multilevel Monte Carlo, how many runs of which to buy.
 *
 * @module
 */

export * from "./coupled_simulate.ts";
export * from "./level_pairs.ts";
export * from "./telescope.ts";
