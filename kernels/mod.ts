/**
 * The fused engine: WASM-SIMD programs that run a whole training step, or a whole batch of
 * log densities with their θ-gradients, or of draws, in one call.
 *
 * @module
 */

export * from "./evaluation_engine.ts";
export * from "./fused_engine.ts";
export * from "./fused_module.ts";
export * from "./fused_train_step.ts";
export * from "./webgpu_engine.ts";
