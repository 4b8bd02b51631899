/**
 * Posteriors of many observations at once.
 *
 * @module
 */

import { type Artifact, asPoints, type Draws, type Key, type Rows } from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import { requireArtifact } from "./_require_artifact.ts";
import { drawPooled } from "./_draw_pooled.ts";
import type { DrawManyOptions } from "./draw_many_options.ts";

const OPTIONS = {
  draws: true,
  beta: true,
  smc: true,
  engine: true,
  prior: true,
  signal: true,
} as const;

/**
 * Draws from the posterior of every row of x, all rows together: a learned posterior in one call
 * of the engine, another surrogate by weighted proposals that learn where each posterior is (see
 * `adaptiveImportance`), and where these cannot be trusted by particles that move in lock-step (see `smcMany`).
 *
 * Draws of row i follow from `keys[i]` and row i alone. Observations are not compared with the
 * training data, as `posterior` does: see `observationWarnings`.
 *
 * @param keys The keys to consume, one a row.
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param x `[m, p]`: observations, each of a θ of its own.
 * @param options How many, and how.
 * @returns The draws of each row, in order; one without draws and with a warning where no particle fits.
 * @throws {TypeError} If rows have the wrong width, there is not one key for each, or the prior is one of
 * the user's own and not given, or another one.
 * @throws {RangeError} If a row is not finite or an option is out of range; `beta` of a learned
 * posterior must be 1.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawMany, fromRows, key, npe, split, twoMoons } from "@likely/sbi";
 *
 * const estimator = { kind: "maf", transforms: 2, hidden: [16], activation: "silu" } as const;
 * const { artifact } = await npe(key(0), twoMoons(), { simulations: 500, maxEpochs: 2, estimator });
 * const x = fromRows([[0.1, 0.2], [-0.3, 0]]);
 * const [first, second] = await drawMany(split(key(1), 2), artifact, x, { draws: 100 });
 * assertEquals([first!.length, second!.length], [100, 100]);
 * ```
 */
export async function drawMany(
  keys: readonly Key[],
  artifact: Artifact,
  x: Rows,
  options: DrawManyOptions = {},
): Promise<Draws[]> {
  for (const key of listOf(keys)) requireKey("draw from many posteriors", key);
  requireArtifact("draw from many posteriors", artifact);
  requireOptions<DrawManyOptions>("draw from many posteriors", options, OPTIONS);
  return await drawPooled(keys, artifact, asPoints(x), options);
}

/** One key in place of a list is told as what it is: no list. */
function listOf(keys: readonly Key[]): readonly Key[] {
  if (Array.isArray(keys)) return keys;
  throw new TypeError(
    "Cannot draw from many posteriors as keys must be a list, one for each row of x: it is none",
  );
}
