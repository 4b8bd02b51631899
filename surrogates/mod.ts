/**
 * Neural surrogates: networks on tensors, the training loop, freezing to an artifact.
 *
 * @module
 */

export * from "./automatic_score.ts";
export * from "./checkpoint.ts";
export * from "./freeze.ts";
export * from "./held_out_rows.ts";
export * from "./network.ts";
export * from "./require_data.ts";
export * from "./require_training.ts";
export * from "./scaling_for.ts";
export * from "./scheduled_rate.ts";
export * from "./tensor_density.ts";
export * from "./tensor_engine.ts";
export * from "./tensor_log_density.ts";
export * from "./tensor_network.ts";
export * from "./tensor_train_step.ts";
export * from "./train.ts";
export * from "./train_options.ts";
