/**
 * Coverage without a density: regions around random points.
 *
 * @module
 */

import { foldIn, type Key, type Points, row, split, stream, zeros } from "@likely/core";
import type { CalibrationRun } from "./calibration_run.ts";
import { requireColumns } from "@likely/core/check";
import { coverageCurve } from "./_coverage_curve.ts";
import type { CoverageCurve } from "./coverage_curve.ts";
import { rankOf } from "./_rank.ts";
import { ksTest } from "./uniformity.ts";

/** Options of {@linkcode tarp}. */
export interface TarpOptions {
  /**
   * `[m, d]`: one reference point for each row of the run. Points that depend on x make the
   * test sharper; points that depend on the truth make it wrong.
   *
   * @default {undefined} Uniform in the box that the truths span.
   */
  readonly references?: Points | undefined;
  /**
   * Probability that a calibrated curve is inside the band.
   *
   * @default 0.95
   */
  readonly confidence?: number | undefined;
}

/** What {@linkcode tarp} found. */
export interface TarpResult extends CoverageCurve {
  /** p-value of the Kolmogorov–Smirnov distance of the credibilities from uniform. */
  readonly ks: number;
}

/**
 * Checks coverage by regions that are balls around random reference points: the share of draws
 * nearer to the reference than the truth is uniform when the posterior is right. Needs no
 * density, and sees every dependence between parameters.
 *
 * `tailExcess` is the area to the curve ("ATC") as an integral, so it does not grow with the
 * number of levels. With references that know nothing of x, a posterior that is the prior
 * passes, and a shift that is the same everywhere nearly cancels between references on both sides
 * of it: references on one side see it.
 *
 * Source: Lemos et al. (2023), https://arxiv.org/abs/2302.03026, algorithm 2. Distances are
 * Euclidean, each parameter in units of the range of the truths.
 *
 * @param key Draws the references and breaks ties.
 * @param run From `calibrationRun`.
 * @param options References and the band.
 * @returns The curve and its p-values.
 * @throws {TypeError} If there is not one reference of the right width per row.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { independent, key, normal, simulate, simulator, split } from "@likely/core";
 * import { calibrationRun, tarp } from "@likely/diagnostics";
 *
 * const prior = independent({ a: normal(0, 1), b: normal(0, 1) });
 * const silent = simulator({ name: "silent", thetaDim: 2, xDim: 1, simulate: () => [0] });
 * const [forData, forRun, forTest] = split(key(0), 3);
 * const data = await simulate(forData, { prior, simulator: silent }, 200);
 *
 * const run = await calibrationRun(forRun, data, (key, _x, n) => prior.sample(key, n));
 * assert(tarp(forTest!, run).ks > 0.01);
 * ```
 */
export function tarp(key: Key, run: CalibrationRun, options: TarpOptions = {}): TarpResult {
  const { theta, length } = run;
  const [forReferences, forTies, forJitter] = split(key, 3);
  const box = boxOf(theta);
  const { references = uniformIn(forReferences, theta.n, box), confidence } = options;
  requireColumns("run TARP", "references", references, theta.dim);
  if (references.n !== theta.n) {
    throw new TypeError(
      `Cannot run TARP as references must have ${theta.n} rows: current value is ${references.n}`,
    );
  }
  const values = Uint32Array.from({ length: theta.n }, (_, i) => {
    const { truth, draws } = distances(run, i, { reference: row(references, i), box });
    return rankOf(stream(foldIn(forTies, i)), truth, draws);
  });
  const jitter = stream(forJitter!);
  const credibility = Float64Array.from(values, (rank) => (rank + jitter.uniform()) / (length + 1));
  const curve = coverageCurve({ values, cells: length + 1 }, confidence, run.failed);
  return { ...curve, ks: ksTest(credibility) };
}

interface Box {
  readonly low: Float64Array;
  readonly width: Float64Array;
}

function boxOf({ data, n, dim }: Points): Box {
  const low = new Float64Array(dim).fill(Infinity);
  const high = new Float64Array(dim).fill(-Infinity);
  for (let k = 0; k < n * dim; k++) {
    low[k % dim] = Math.min(low[k % dim]!, data[k]!);
    high[k % dim] = Math.max(high[k % dim]!, data[k]!);
  }
  // A parameter that never varies has no range: any unit does.
  return { low, width: high.map((end, j) => end - low[j]! || 1) };
}

function uniformIn(key: Key, n: number, { low, width }: Box): Points {
  const out = zeros(n, low.length);
  const random = stream(key);
  for (let k = 0; k < out.data.length; k++) {
    out.data[k] = low[k % out.dim]! + random.uniform() * width[k % out.dim]!;
  }
  return out;
}

function distances(
  { theta, draws, length }: CalibrationRun,
  i: number,
  { reference, box }: { readonly reference: Float64Array; readonly box: Box },
): { truth: number; draws: Float64Array } {
  const squared = (data: Float64Array, at: number) =>
    reference.reduce((sum, end, j) => sum + ((data[at + j]! - end) / box.width[j]!) ** 2, 0);
  return {
    truth: squared(theta.data, i * theta.dim),
    draws: Float64Array.from({ length }, (_, k) => squared(draws.data, (i * length + k) * theta.dim)),
  };
}
