/**
 * Losses: one formula a file, with its source.
 *
 * @module
 */

export * from "./amortised_cost.ts";
export * from "./balanced_bce.ts";
export * from "./bce.ts";
export * from "./nll.ts";
export * from "./noisy_targets.ts";
export * from "./nre_c.ts";
export * from "./refresh_pairs.ts";
export * from "./refreshed.ts";
export * from "./score_augmented.ts";
export * from "./score_scale.ts";
export * from "./squared_error.ts";
