/**
 * From a surrogate and an observation to an answer: posteriors and their draws, warnings,
 * calibration, the choice of β, reports.
 *
 * Loading it loads no tensors and no pictures: the fused engine evaluates every artifact that
 * recipes make, and reports load what they draw with when they are asked for.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, nre, twoMoons } from "@likely/sbi";
 * import { posterior } from "@likely/posteriors";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 500, maxEpochs: 3 });
 * using given = await posterior(artifact, [0.1, 0.2], { warmup: 50 });
 * const draws = await given.sample(key(1), 100);
 * assert(draws.values.every((value) => Math.abs(value) < 1));
 * ```
 *
 * @module
 */

export * from "./beta_path.ts";
export * from "./by_nuts.ts";
export * from "./calibrate.ts";
export * from "./calibration_report.ts";
export * from "./choose_beta.ts";
export * from "./condition.ts";
export * from "./conditioned_posterior.ts";
export * from "./cost_spread.ts";
export * from "./draw_many.ts";
export * from "./draw_many_options.ts";
export * from "./observation_warnings.ts";
export * from "./posterior.ts";
export * from "./posterior_content.ts";
export * from "./posterior_options.ts";
export * from "./posterior_report.ts";
export * from "./usual_betas.ts";
