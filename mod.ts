/**
 * Likely: simulation-based inference for Deno, the browser and the edge.
 *
 * @module
 */

export * from "@likely/core";
