/**
 * x
 *
 * @module
 */

export * from "./fetch_artifact.ts";
export * from "./prebuilt.ts";
export * from "./prebuilt_surrogates.ts";
