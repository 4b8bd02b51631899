/**
 * Evidence that a posterior can be believed: calibration, two-sample tests, convergence,
 * summaries, plots, reports.
 *
 * @module
 */

export * from "./are_independent.ts";
export * from "./c2st.ts";
export * from "./calibration_run.ts";
export * from "./chain_modes.ts";
export * from "./classifier.ts";
export * from "./compare_surfaces.ts";
export * from "./convergence_warnings.ts";
export * from "./coverage.ts";
export * from "./coverage_curve.ts";
export * from "./ess.ts";
export * from "./lc2st.ts";
export * from "./likelihood_region.ts";
export * from "./likelihood_surface.ts";
export * from "./maximum_likelihood.ts";
export * from "./mcse.ts";
export * from "./misspecification.ts";
export * from "./misspecification_check.ts";
export * from "./mmd.ts";
export * from "./plot_autocorrelation.ts";
export * from "./plot_chain_ranks.ts";
export * from "./plot_complexity.ts";
export * from "./plot_coverage.ts";
export * from "./plot_ecdf.ts";
export * from "./plot_multilevel.ts";
export * from "./plot_pairs.ts";
export * from "./plot_predictive.ts";
export * from "./plot_predictive_columns.ts";
export * from "./plot_rank_histogram.ts";
export * from "./plot_spec.ts";
export * from "./plot_surface.ts";
export * from "./plot_trace.ts";
export * from "./plot_training.ts";
export * from "./predictive_check.ts";
export * from "./quantile.ts";
export * from "./r_hat.ts";
export * from "./reference_cloud.ts";
export * from "./render_svg.ts";
export * from "./report.ts";
export * from "./report_figures.ts";
export * from "./report_number.ts";
export * from "./report_posterior.ts";
export * from "./report_provenance.ts";
export * from "./report_sampling.ts";
export * from "./sbc.ts";
export * from "./sliced_wasserstein.ts";
export * from "./summary.ts";
export * from "./surface.ts";
export * from "./surface_posterior.ts";
export * from "./tarp.ts";
export * from "./test_quantity.ts";
export * from "./thin_draws.ts";
export * from "./uniformity.ts";
