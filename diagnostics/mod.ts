/**
 * Evidence that a posterior can be believed: convergence, summaries, plots, reports.
 *
 * @module
 */

export * from "./convergence_warnings.ts";
export * from "./ess.ts";
export * from "./mcse.ts";
export * from "./plot_pairs.ts";
export * from "./plot_predictive.ts";
export * from "./plot_spec.ts";
export * from "./plot_trace.ts";
export * from "./plot_training.ts";
export * from "./quantile.ts";
export * from "./r_hat.ts";
export * from "./render_svg.ts";
export * from "./report.ts";
export * from "./report_posterior.ts";
export * from "./report_provenance.ts";
export * from "./summary.ts";
