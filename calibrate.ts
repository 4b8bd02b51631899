/**
 * Is a surrogate's posterior calibrated? Asked of its simulator.
 *
 * @module
 */

import {
  type Artifact,
  fromRows,
  type Key,
  type Points,
  priorFrom,
  row,
  simulate,
  type Simulator,
  split,
} from "@likely/core";
import {
  type CalibrationRun,
  calibrationRun,
  type CalibrationRunOptions,
  coverage,
  type CoverageCurve,
  sbc,
  type SbcResult,
  tarp,
  type TarpResult,
  thinDraws,
} from "@likely/diagnostics";
import { posterior, type PosteriorOptions } from "./posterior.ts";

/** Options of {@linkcode calibrate}. */
export interface CalibrateOptions extends Pick<CalibrationRunOptions, "onProgress" | "signal"> {
  /**
   * Fresh simulations to ask about.
   *
   * @default {200}
   */
  readonly datasets?: number;
  /**
   * Nearly independent draws for each.
   *
   * @default {99}
   */
  readonly draws?: number;
  /**
   * Draws of the chains for each one that is ranked. Data whose chains are not worth `draws`
   * independent draws all the same are counted as failed.
   *
   * @default {8}
   */
  readonly oversample?: number;
  /** How to sample each posterior. */
  readonly posterior?: Omit<PosteriorOptions, "onProgress" | "signal">;
}

/** What {@linkcode calibrate} found. */
export interface Calibration {
  /** Truths and the draws they are ranked among. */
  readonly run: CalibrationRun;
  /** Ranks parameter by parameter. */
  readonly sbc: SbcResult;
  /** How often highest-density regions hold the truth. */
  readonly coverage: CoverageCurve;
  /** How often balls around random points do. */
  readonly tarp: TarpResult;
}

/**
 * Simulates fresh data from the prior, draws from the surrogate's posterior for each, and
 * checks whether the true parameters rank as they should: simulation-based calibration,
 * expected coverage, and TARP.
 *
 * @param key The key to consume; not the one of training.
 * @param artifact A ratio or likelihood surrogate.
 * @param simulator The simulator that it is a surrogate of.
 * @param options How much.
 * @returns Three verdicts; `pValue` near 0 means that the posterior is not calibrated.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { calibrate, key, nre, twoMoons } from "@likely/sbi";
 *
 * const task = twoMoons();
 * const { artifact } = await nre(key(0), task, { simulations: 500, maxEpochs: 3 });
 * const found = await calibrate(key(1), artifact, task.simulator, { datasets: 5, draws: 19 });
 * assertEquals(found.sbc.rows.map(({ name }) => name), ["theta1", "theta2"]);
 * ```
 */
export async function calibrate(
  key: Key,
  artifact: Artifact,
  simulator: Simulator,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  const { datasets = 200, draws = 99, oversample = 8, posterior: how = {}, onProgress, signal } = options;
  const [forData, forRun, forSbc, forCoverage, forTarp] = split(key, 5) as [Key, Key, Key, Key, Key];
  const prior = priorFrom(artifact.prior);
  const dataset = await simulate(forData, { prior, simulator }, datasets);

  const run = await calibrationRun(forRun, dataset, async (rowKey, x, n) => {
    using given = await posterior(artifact, x, { warmup: 200, ...how });
    return thinDraws(await given.sample(rowKey, n * oversample), n);
  }, { draws, ...(onProgress && { onProgress }), ...(signal && { signal }) });
  return {
    run,
    sbc: sbc(forSbc, run, { names: prior.names }),
    coverage: coverage(forCoverage, run, await densities(artifact, run, how)),
    tarp: tarp(forTarp, run),
  };
}

/**
 * Log densities of each truth and its draws, looked up by x: coverage asks without waiting, and
 * to keep hundreds of conditioned surrogates alive would exhaust the address space.
 */
async function densities(
  artifact: Artifact,
  { theta, x, draws, length }: CalibrationRun,
  how: NonNullable<CalibrateOptions["posterior"]>,
): Promise<(theta: Points, x: Float64Array) => Float64Array> {
  const known = new Map<string, Float64Array>();
  for (let i = 0; i < theta.n; i++) {
    using given = await posterior(artifact, row(x, i), how);
    const rows = fromRows([row(theta, i), ...Array.from({ length }, (_, k) => row(draws, i * length + k))]);
    known.set(row(x, i).join(), given.logDensity!(rows));
  }
  return (_, x) => known.get(x.join())!;
}
