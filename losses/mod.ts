/**
 * Losses: one formula a file, with its source.
 *
 * @module
 */

export * from "./balanced_bce.ts";
export * from "./bce.ts";
export * from "./bce_score.ts";
export * from "./nre_c.ts";
export * from "./score_scale.ts";
export * from "./squared_error.ts";
