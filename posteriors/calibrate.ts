/**
 * Is a surrogate's posterior calibrated? Asked of its simulator.
 *
 * @module
 */

import {
  type AnySimulator,
  type Artifact,
  type Draws,
  type Engine,
  fromRows,
  gatherRows,
  type Key,
  type Points,
  points,
  type Prior,
  priorFrom,
  row,
  simulate,
  split,
} from "@likely/core";
import {
  type BatchSampler,
  type CalibrationRun,
  calibrationRun,
  type CalibrationRunOptions,
  coverage,
  type CoverageCurve,
  type PosteriorSampler,
  sbc,
  type SbcResult,
  tarp,
  type TarpResult,
  thinDraws,
} from "@likely/diagnostics";
import { requireInteger, requireKey, requireOptions } from "@likely/core/check";
import type { SmcManyOptions } from "@likely/samplers";
import { requireArtifact } from "./_require_artifact.ts";
import { logFits } from "./_log_fits.ts";
import { pooledSimulator } from "./_pooled_simulator.ts";
import { beyondEnds } from "./_observed.ts";
import { requireForAny } from "./_rounds.ts";
import { drawPooled } from "./_draw_pooled.ts";
import { posterior } from "./posterior.ts";
import type { PosteriorOptions } from "./posterior_options.ts";

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
   * Independent observations of one θ that each data set is of: their likelihoods are multiplied, as
   * `posterior` does with several rows. The simulator gives one of them, and is run for each, or all.
   * Every evaluation costs so many times one.
   *
   * @default {1}
   */
  readonly trials?: number;
  /**
   * Inverse temperature, as of `posterior`.
   *
   * @default {1}
   */
  readonly beta?: number;
  /**
   * Who evaluates the surrogate.
   *
   * @default {fusedEngine()}
   */
  readonly engine?: Engine;
  /**
   * The prior, where the surrogate was trained under one of the user's own: its file has but the name.
   *
   * @default {priorFrom(artifact.prior)}
   */
  readonly prior?: Prior;
  /**
   * How particles sample all posteriors at once; there are at least 500 of them, or as many as
   * `draws`. Without it weighted proposals do, and particles where these cannot be trusted.
   *
   * @default {undefined}
   */
  readonly smc?: Omit<SmcManyOptions, "signal">;
  /**
   * Samples each posterior on its own instead, by Markov chains: what people then do with the
   * surrogate, and slower. Data whose chains are not worth `draws` independent draws, though they
   * take eight times as many, count as failed; chains seldom change modes.
   *
   * @default {undefined}
   */
  readonly chains?: Omit<PosteriorOptions, "onProgress" | "signal" | "beta" | "engine" | "prior">;
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

const OPTIONS = {
  datasets: true,
  draws: true,
  trials: true,
  beta: true,
  engine: true,
  prior: true,
  smc: true,
  chains: true,
  onProgress: true,
  signal: true,
} as const;

/**
 * Simulates fresh data from the prior, draws from the surrogate's posterior for each, and
 * checks whether the true parameters rank as they should: simulation-based calibration,
 * expected coverage, and TARP.
 *
 * Posteriors that were not learned as densities are sampled by sequential Monte Carlo, see
 * `drawMany`: particles come from all over the prior, so that every mode has its share of draws, and
 * many data sets are evaluated together.
 *
 * @param key The key to consume; not the one of training.
 * @param artifact A ratio, likelihood, posterior or cost surrogate.
 * @param simulator The simulator that it is a surrogate of.
 * @param options How much.
 * @returns Three verdicts; `pValue` near 0 means that the posterior is not calibrated.
 * @throws {TypeError} If the surrogate was trained in rounds for one observation: it knows no other. If x of
 * the simulator has another width than the surrogate's, or that of `trials`; if a learned posterior, which
 * knows one observation, is asked about several.
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
  simulator: AnySimulator,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  requireKey("calibrate", key);
  requireArtifact("calibrate", artifact);
  requireOptions<CalibrateOptions>("calibrate", options, OPTIONS);
  const { datasets = 200, draws = 99, trials = 1, chains, onProgress, signal } = options;
  requireForAny("calibrate", artifact);
  requireTrials(artifact, trials);
  const [forData, forRun, forSbc, forCoverage, forTarp] = split(key, 5);
  const prior = priorFrom(artifact.prior, options.prior);
  const pooled = pooledSimulator(simulator, artifact.spec.xDim, trials);
  const dataset = await simulate(forData, { prior, simulator: pooled }, datasets);
  const sampler = chains && artifact.kind !== "posterior"
    ? byChains(artifact, { ...options, prior, chains })
    : together(artifact, { ...options, prior });
  const run = await calibrationRun(forRun, dataset, sampler, {
    draws,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  return {
    run,
    sbc: sbc(forSbc, run, { names: prior.names }),
    coverage: coverage(forCoverage, run, await densities(artifact, run, { ...options, prior })),
    tarp: tarp(forTarp, run),
  };
}

/** A posterior learned from one observation is not made of the likelihoods of several. */
function requireTrials({ kind }: Artifact, trials: number): void {
  requireInteger("calibrate", "trials", trials, 1);
  if (kind !== "posterior" || trials === 1) return;
  throw new TypeError(
    `Cannot calibrate a posterior with trials as it was learned from one observation: current value is ${trials}`,
  );
}

/** Draws or particles at once: enough for full batches, few enough to stop soon. */
const MOST_AT_ONCE = 10_000;
const FEWEST_PARTICLES = 500;

/** Many data sets at once; one that no simulation trained on could be is counted as failed. */
function together(
  artifact: Artifact,
  { draws = 99, trials = 1, signal, ...options }: CalibrateOptions,
): BatchSampler {
  const each = artifact.kind === "posterior"
    ? draws
    : Math.max(draws, options.smc?.particles ?? FEWEST_PARTICLES);
  return {
    rows: Math.max(1, Math.floor(MOST_AT_ONCE / (each * trials))),
    sample: async (keys, x) => {
      const refused = keys.map((_, i) => beyondEnds(artifact, points(row(x, i), x.dim / trials)));
      const asked = refused.flatMap((reason, i) => reason === undefined ? [i] : []);
      const how = { ...options, draws, ...(signal && { signal }) };
      const drawn = asked.length === 0
        ? []
        : await drawPooled(asked.map((i) => keys[i]!), artifact, gatherRows(x, asked), { ...how, trials });
      return refused.map((reason, i) =>
        reason === undefined ? drawsOf(drawn[asked.indexOf(i)]!) : new RangeError(reason)
      );
    },
  };
}

function drawsOf({ values, length, names, warnings: [lost] }: Draws): Points | Error {
  return length === 0 ? new RangeError(lost) : points(values, names.length);
}

/** Draws of the chains for each one that is ranked. */
const OVERSAMPLE = 8;

function byChains(
  artifact: Artifact,
  { chains, beta, engine, prior, trials = 1 }:
    & CalibrateOptions
    & Required<Pick<CalibrateOptions, "chains" | "prior">>,
): PosteriorSampler {
  const how = {
    warmup: 200,
    ...chains,
    prior,
    ...(beta !== undefined && { beta }),
    ...(engine && { engine }),
  };
  return async (key, x, n) => {
    using given = await posterior(artifact, points(x, x.length / trials), how);
    return thinDraws(await given.sample(key, n * OVERSAMPLE), n);
  };
}

/** Log densities of each truth and its draws, looked up by row: coverage asks without waiting. */
async function densities(
  artifact: Artifact,
  { theta, x, draws, length }: CalibrationRun,
  { prior, ...options }: CalibrateOptions & { readonly prior: Prior },
): Promise<(theta: Points, x: Float64Array, i: number) => Float64Array> {
  const known: Float64Array[] = [];
  using fits = await logFits(artifact, x, options);
  for (let i = 0; i < theta.n; i++) {
    const rows = fromRows([row(theta, i), ...Array.from({ length }, (_, k) => row(draws, i * length + k))]);
    const chains = new Uint32Array(rows.n).fill(i);
    const { value } = fits.evaluate(rows, { gradient: false, chains });
    const logPrior = prior.logDensity(rows);
    // A density has its prior in it.
    known.push(artifact.kind === "posterior" ? value : value.map((v, k) => v + logPrior[k]!));
  }
  return (_theta, _x, i) => known[i]!;
}
