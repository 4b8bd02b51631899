/**
 * Likely: simulation-based inference for Deno, the browser and the edge.
 *
 * @module
 */

export * from "@likely/core";
export * from "@likely/diagnostics";
export * from "@likely/kernels";
export * from "@likely/losses";
export * from "@likely/multilevel";
export * from "@likely/posteriors";
export * from "@likely/recipes";
export * from "@likely/samplers";
export * from "@likely/simulators";
export * from "@likely/surrogates";
