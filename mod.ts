/**
 * Likely: simulation-based inference for Deno, the browser and the edge.
 *
 * @module
 */

export * from "@likely/core";
export * from "@likely/diagnostics";
export * from "@likely/kernels";
export * from "@likely/losses";
export * from "@likely/samplers";
export * from "@likely/simulators";
export * from "@likely/surrogates";
export * from "./ace.ts";
export * from "./beta_path.ts";
export * from "./calibrate.ts";
export * from "./calibration_report.ts";
export * from "./choose_beta.ts";
export * from "./compile.ts";
export * from "./cost_ensemble.ts";
export * from "./density_estimator.ts";
export * from "./nle.ts";
export * from "./npe.ts";
export * from "./nre.ts";
export * from "./observation_warnings.ts";
export * from "./posterior.ts";
export * from "./posterior_report.ts";
export * from "./ratio_network.ts";
export * from "./train_cost.ts";
export * from "./train_likelihood.ts";
export * from "./train_posterior.ts";
export * from "./train_ratio.ts";
export * from "./usual_betas.ts";
export * from "./x_column.ts";
