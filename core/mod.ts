/**
 * The vocabulary every other package speaks: keys, points, priors, simulators, datasets,
 * artifacts, and the contracts between them.
 *
 * Numbers on the host are float64 rows; log densities are in nats; randomness is an argument.
 * Tensors are in `@likely/core/tensor`, which nothing here imports.
 *
 * @module
 */

export * from "./artifact.ts";
export * from "./batch.ts";
export * from "./dataset.ts";
export * from "./draw_normal.ts";
export * from "./draws.ts";
export * from "./engine.ts";
export * from "./errors.ts";
export * from "./kernel.ts";
export * from "./key.ts";
export * from "./log_density.ts";
export * from "./loss.ts";
export * from "./points.ts";
export * from "./posterior.ts";
export * from "./prior.ts";
export * from "./scaling.ts";
export * from "./simulator.ts";
export * from "./spec.ts";
export * from "./stream.ts";
export * from "./support.ts";
export * from "./task.ts";
export * from "./train_step.ts";
export * from "./weights.ts";
