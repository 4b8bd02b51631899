/**
 * Draws from many posteriors in one run.
 *
 * @module
 */

import { type Draws, fromRows, type Key, type LogDensity, row, split } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { startPositions } from "./_start_positions.ts";
import { sample, type SampleOptions, type Start } from "./sample.ts";
import { stackTargets } from "./stack_targets.ts";

/** Options of {@linkcode sampleMany}: those of `sample`, `chains` being those on each target. */
export type SampleManyOptions = Omit<SampleOptions, "position">;

/**
 * Samples several targets on the same θ, all their chains in lock-step: what calibration over
 * many data sets needs.
 *
 * Kernels that pool what they learn over chains (all but `"nuts"`) then pool it over targets.
 *
 * @param key The key to consume.
 * @param targets Unnormalised log densities of θ in nats, one per observation.
 * @param start Names, support and starting draws: a prior.
 * @param options As of `sample`; `check` is asked about each target's draws.
 * @returns The draws of each target. `info` counts what all of them cost together.
 * @throws {RangeError | TypeError} As `sample` and `stackTargets`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal, numericDensity } from "@likely/core";
 * import { sampleMany } from "@likely/samplers";
 *
 * const targets = [-2, 2].map((at) => numericDensity("hill", 1, ([t]) => -0.5 * (t! - at) ** 2));
 * const start = independent({ t: normal(0, 2) });
 * const draws = await sampleMany(key(0), targets, start, { chains: 2, warmup: 50, draws: 100 });
 * assertEquals(draws.map(({ chains, length }) => [chains, length]), [[2, 100], [2, 100]]);
 * ```
 */
export async function sampleMany(
  key: Key,
  targets: readonly LogDensity[],
  start: Start,
  options: SampleManyOptions = {},
): Promise<Draws[]> {
  const { chains = 4, check, ...rest } = options;
  requireInteger("sample", "chains", chains, 1);
  const stacked = stackTargets(targets, { chains });
  const [forStarts, forChains] = split(key, 2);
  const keys = split(forStarts, targets.length);
  const starts = targets.flatMap((target, t) => {
    const { position } = startPositions(keys[t]!, target, start, { ...rest, chains });
    return Array.from({ length: chains }, (_, c) => row(position, c));
  });
  const all = await sample(forChains, stacked, start, { ...rest, position: fromRows(starts) });
  const size = chains * all.length * all.names.length;
  return targets.map((target, t) => {
    const values = all.values.slice(t * size, (t + 1) * size);
    const part = { ...all, chains, values, info: { ...all.info, target: target.name } };
    return { ...part, warnings: [...new Set([...all.warnings, ...check?.(part) ?? []])] };
  });
}
