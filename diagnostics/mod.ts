/**
 * Evidence that a posterior can be believed: convergence, summaries, plots, reports.
 *
 * @module
 */
