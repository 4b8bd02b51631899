/**
 * From a log density to draws: choice of sampler, start, warm-up, loop, way back to θ.
 *
 * @module
 */

import type { Draws, Key, LogDensity } from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import { chooseKernel } from "./_choose_kernel.ts";
import { runSampler } from "./_run_sampler.ts";
import type { SampleOptions, Start } from "./sample_options.ts";

const OPTIONS = {
  sampler: true,
  chains: true,
  warmup: true,
  draws: true,
  thin: true,
  pool: true,
  position: true,
  onProgress: true,
  signal: true,
  check: true,
} as const;

/**
 * Samples a log density on θ with several chains.
 *
 * Chains start from draws of `start` chosen in proportion to the target's density, move in
 * unconstrained space (the log-Jacobian is added to the target), in units of the spread of
 * `start`'s draws there, and are mapped back. The event loop gets a turn about every 50 ms. Same key, same draws.
 *
 * @param key The key to consume.
 * @param target An unnormalised log density of θ in nats: a posterior's, prior included.
 * @param start Names, support and starting draws: a prior.
 * @param options Sampler, lengths, progress.
 * @returns The draws. `info` counts evaluations, divergences and seconds; `warnings` tells
 * what went wrong in words.
 * @throws {RangeError} If an option is out of range or chains find no place to start.
 * @throws {TypeError} If shapes disagree, or a sampler that needs gradients is asked for and there is no gradient.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { drawNormal, foldIn, fromRows, key, type LogDensity, stream } from "@likely/core";
 * import { sample } from "@likely/samplers";
 *
 * // Exponential: a density on the positive half line.
 * const target: LogDensity = {
 *   name: "exponential",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((rate) => rate > 0 ? -rate : -Infinity) }),
 * };
 * const start = {
 *   names: ["rate"],
 *   support: [{ low: 0, high: Infinity }],
 *   sample: (k: ReturnType<typeof key>, n: number) =>
 *     fromRows(Array.from({ length: n }, (_, i) => [Math.exp(drawNormal(stream(foldIn(k, i))))])),
 * };
 * const draws = await sample(key(0), target, start, { warmup: 100, draws: 500 });
 * assert(draws.values.length === 4 * 500 && draws.values.every((rate) => rate > 0));
 * ```
 */
export async function sample(
  key: Key,
  target: LogDensity,
  start: Start,
  options: SampleOptions = {},
): Promise<Draws> {
  requireKey("sample", key);
  requireOptions<SampleOptions>("sample", options, OPTIONS);
  const { sampler = "auto" } = options;
  return await runSampler(key, target, {
    start,
    options,
    choose: (walked, choice) => chooseKernel(walked, { sampler, ...choice }),
  });
}
