/**
 * From a simulator to a surrogate in one call: `nre`, `npe`, `nle` and `ace` simulate and train,
 * `trainRatio`, `trainPosterior`, `trainLikelihood` and `trainCost` train on simulations at hand.
 *
 * The network, the loss and the schedule are chosen unless they are given; {@linkcode
 * defaultEngine} says who trains. What comes out is an artifact, for `@likely/posteriors`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, twoMoons } from "@likely/sbi";
 * import { nre } from "@likely/recipes";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * assertEquals(artifact.kind, "ratio");
 * ```
 *
 * @module
 */

export * from "./ace.ts";
export * from "./compare_levels.ts";
export * from "./cost_structure.ts";
export * from "./default_engine.ts";
export * from "./density_estimator.ts";
export * from "./density_training.ts";
export * from "./ensemble_plan.ts";
export * from "./half_plan.ts";
export * from "./level_advice.ts";
export * from "./levels_mode.ts";
export * from "./levels_report.ts";
export * from "./levels_training.ts";
export * from "./nle.ts";
export * from "./npe.ts";
export * from "./nre.ts";
export * from "./ratio_network.ts";
export * from "./rounds_plan.ts";
export * from "./simulated_pairs.ts";
export * from "./train_cost.ts";
export * from "./train_levels.ts";
export * from "./train_likelihood.ts";
export * from "./train_posterior.ts";
export * from "./train_ratio.ts";
export * from "./untrained_error.ts";
export * from "./with_spreads.ts";
export * from "./x_column.ts";
