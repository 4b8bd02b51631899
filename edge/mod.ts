/**
 * Trained surrogates as a service: for edge workers, servers and service workers alike.
 *
 * @module
 */

export * from "./default_limits.ts";
export * from "./handler.ts";
export * from "./kernels.ts";
export * from "./open_surrogate.ts";
export * from "./sampling.ts";
