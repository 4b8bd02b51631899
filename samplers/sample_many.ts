/**
 * Draws from many posteriors in one run.
 *
 * @module
 */

import { type Draws, fromRows, type Key, type LogDensities, type LogDensity, row, split } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { startPositions } from "./_start_positions.ts";
import { sample } from "./sample.ts";
import type { SampleOptions, Start } from "./sample_options.ts";

/** Options of {@linkcode sampleMany}: those of `sample`, `chains` being those on each target. */
export type SampleManyOptions = Omit<SampleOptions, "position">;

/**
 * Samples several targets on the same θ, all their chains in lock-step: every stage is one call
 * of `evaluate` for all targets.
 *
 * Kernels that pool what they learn over chains (all but `"nuts"`) then pool it over targets.
 * Chains seldom change modes: where posteriors may have several, see `smcMany`.
 *
 * @param key The key to consume.
 * @param targets Unnormalised log densities of θ in nats, one per observation: of
 * `stackTargets`, or of an engine with the prior added.
 * @param start Names, support and starting draws: a prior.
 * @param options As of `sample`; `check` is asked about each target's draws.
 * @returns The draws of each target. `info` counts what all of them cost together.
 * @throws {RangeError | TypeError} As `sample`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, key, normal, numericDensity } from "@likely/core";
 * import { sampleMany, stackTargets } from "@likely/samplers";
 *
 * const targets = [-2, 2].map((at) => numericDensity("hill", 1, ([t]) => -0.5 * (t! - at) ** 2));
 * const start = independent({ t: normal(0, 2) });
 * const options = { chains: 2, warmup: 50, draws: 100 };
 * const draws = await sampleMany(key(0), stackTargets(targets), start, options);
 * assertEquals(draws.map(({ chains, length }) => [chains, length]), [[2, 100], [2, 100]]);
 * ```
 */
export async function sampleMany(
  key: Key,
  targets: LogDensities,
  start: Start,
  options: SampleManyOptions = {},
): Promise<Draws[]> {
  const { chains = 4, check, ...rest } = options;
  requireInteger("sample", "chains", chains, 1);
  const { count } = targets;
  const [forStarts, forChains] = split(key, 2);
  const starts = split(forStarts, count).map((key, t) =>
    startPositions(key, only(targets, t), start, { ...rest, chains }).position
  );
  // Chain c is on target c mod count.
  const position = fromRows(
    Array.from({ length: chains * count }, (_, c) => row(starts[c % count]!, Math.floor(c / count))),
  );
  const all = await sample(forChains, targets, start, { ...rest, position });
  const size = all.length * all.names.length;
  return starts.map((_, t) => {
    const values = new Float64Array(chains * size);
    for (let c = 0; c < chains; c++) {
      const from = (c * count + t) * size;
      values.set(all.values.subarray(from, from + size), c * size);
    }
    const part = { ...all, chains, values };
    return { ...part, warnings: [...new Set([...all.warnings, ...check?.(part) ?? []])] };
  });
}

/** One of them. */
function only(targets: LogDensities, t: number): LogDensity {
  return {
    name: targets.name,
    dim: targets.dim,
    evaluate: (points, options) =>
      targets.evaluate(points, { ...options, chains: new Uint32Array(points.n).fill(t) }),
  };
}
