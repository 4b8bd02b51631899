/**
 * The vocabulary every other package speaks: keys, points, priors, simulators, datasets,
 * artifacts, and the contracts between them.
 *
 * Numbers on the host are float64 rows; log densities are in nats; randomness is an argument.
 * Tensors are in `@likely/core/tensor`, which nothing here imports.
 *
 * @module
 */

export * from "./artifact.ts";
export * from "./artifact_file.ts";
export * from "./base_draws.ts";
export * from "./batch.ts";
export * from "./beta.ts";
export * from "./check_meaning.ts";
export * from "./check_spec.ts";
export * from "./check_weights.ts";
export * from "./conditional_density.ts";
export * from "./cores.ts";
export * from "./coupling_split.ts";
export * from "./csv.ts";
export * from "./custom_distance.ts";
export * from "./data_reference.ts";
export * from "./dataset.ts";
export * from "./density_spec.ts";
export * from "./density_widths.ts";
export * from "./distance.ts";
export * from "./distance_from.ts";
export * from "./draw_beta.ts";
export * from "./draw_binomial.ts";
export * from "./draw_categorical.ts";
export * from "./draw_exponential.ts";
export * from "./draw_gamma.ts";
export * from "./draw_negative_binomial.ts";
export * from "./draw_normal.ts";
export * from "./draw_permutation.ts";
export * from "./draw_poisson.ts";
export * from "./draw_truncated_normal.ts";
export * from "./draw_uniform.ts";
export * from "./draws.ts";
export * from "./draws_from_csv.ts";
export * from "./draws_to_csv.ts";
export * from "./draws_zarr.ts";
export * from "./energy_score.ts";
export * from "./engine.ts";
export * from "./ensemble.ts";
export * from "./errors.ts";
export * from "./exponential.ts";
export * from "./extent.ts";
export * from "./first_of.ts";
export * from "./gamma.ts";
export * from "./independent.ts";
export * from "./init_weights.ts";
export * from "./interval.ts";
export * from "./kernel.ts";
export * from "./key.ts";
export * from "./key_text.ts";
export * from "./learning_curves.ts";
export * from "./log_density.ts";
export * from "./log_normal.ts";
export * from "./long_tails.ts";
export * from "./loss.ts";
export * from "./mae_distance.ts";
export * from "./marginal.ts";
export * from "./marginal_from.ts";
export * from "./mean.ts";
export * from "./mean_density.ts";
export * from "./measuring_head.ts";
export * from "./mmd_distance.ts";
export * from "./mse_distance.ts";
export * from "./multivariate_normal.ts";
export * from "./network_parts.ts";
export * from "./normal.ts";
export * from "./numeric_density.ts";
export * from "./numeric_gradient.ts";
export * from "./pair_with_others.ts";
export * from "./plain_density.ts";
export * from "./points.ts";
export * from "./posterior.ts";
export * from "./posterior_density.ts";
export * from "./prior.ts";
export * from "./prior_from.ts";
export * from "./safetensors.ts";
export * from "./scalar_network.ts";
export * from "./scaling.ts";
export * from "./simulate.ts";
export * from "./simulation_manifest.ts";
export * from "./simulation_store.ts";
export * from "./simulator.ts";
export * from "./simulator_module.ts";
export * from "./sound_value.ts";
export * from "./spec.ts";
export * from "./special.ts";
export * from "./stream.ts";
export * from "./support.ts";
export * from "./task.ts";
export * from "./train_step.ts";
export * from "./truncated_normal.ts";
export * from "./unconstrained.ts";
export * from "./uniform.ts";
export * from "./unit_head.ts";
export * from "./weight_masks.ts";
export * from "./weighting.ts";
export * from "./weights.ts";
export * from "./with_ensembles.ts";
