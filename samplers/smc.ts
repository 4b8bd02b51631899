/**
 * Sequential Monte Carlo by tempering: from the prior to the posterior, with the evidence.
 *
 * @module
 */

import { log } from "@likely/core/elementary";
import {
  constrain,
  type Draws,
  foldIn,
  gatherRows,
  type Key,
  type LogDensity,
  type Points,
  posteriorDensity,
  type Prior,
  split,
  unconstrain,
  unconstrained,
} from "@likely/core";
import { breathe } from "./_breathe.ts";
import { requireFraction, requireInteger } from "@likely/core/check";
import { countCalls, type CountedTarget } from "./_count_calls.ts";
import { aliveOf, fewAlive } from "./_few_alive.ts";
import { logSumExp } from "./_log_sum_exp.ts";
import { nextRise } from "./_next_rise.ts";
import { resample } from "./_resample.ts";
import { spreadOf } from "./_spread.ts";
import { untold } from "./_untold.ts";
import { whiten } from "./_whiten.ts";
import type { KernelBuilder, SampleProgress } from "./sample_options.ts";
import { slice } from "./slice.ts";

/** Options of {@linkcode smc}. */
export interface SmcOptions {
  /**
   * Particles in each population.
   *
   * @default {1000}
   */
  readonly particles?: number;
  /**
   * Independent populations, one after another; they become the chains of the draws, and their
   * spread is the error of the evidence.
   *
   * @default {4}
   */
  readonly repeats?: number;
  /**
   * Kernel steps after every rise of the temperature's inverse.
   *
   * @default {3}
   */
  readonly moves?: number;
  /**
   * Share of effective particles that a rise leaves, in (0, 1): larger is slower and surer.
   *
   * @default {0.5}
   */
  readonly effectiveShare?: number;
  /**
   * Most rises of β; a run that needs more of them ends in an error.
   *
   * @default {1000}
   */
  readonly maxStages?: number;
  /**
   * Builds what moves the particles, in coordinates in which they have mean 0 and unit
   * covariance; `warmup` is 0.
   *
   * @default {slice}
   */
  readonly kernel?: KernelBuilder;
  /**
   * Told after each rise how far the run is: `step` and `total` count hundredths of β in each population. They
   * are no measure of time, so that the speed and what is left are NaN.
   */
  readonly onProgress?: (progress: SampleProgress) => void;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One population at the end of its way. */
interface Population {
  readonly theta: Points;
  readonly logEvidence: number;
  readonly stages: number;
  /** Particles that had a likelihood above 0 at first. */
  readonly alive: number;
}

interface Problem {
  readonly prior: Prior;
  readonly likelihood: CountedTarget;
  readonly settings: Required<Omit<SmcOptions, "signal" | "onProgress">> & {
    readonly signal: AbortSignal | undefined;
  };
}

/**
 * Samples a posterior by moving particles through `p(θ) · L(θ)^β`, β from 0 to 1.
 *
 * Each β is the one at which the reweighted particles' effective size falls to the wanted share;
 * then they are resampled and moved by a kernel in unconstrained, whitened space. The evidence
 * is `log p(x) = Σ log mean L^(βₖ − βₖ₋₁)`. Several modes keep their share of particles, which
 * chains that start apart cannot promise. Same key, same draws.
 *
 * Source: Del Moral, Doucet & Jasra (2006), https://doi.org/10.1111/j.1467-9868.2006.00553.x;
 * Chopin & Papaspiliopoulos (2020), "An introduction to sequential Monte Carlo", ch. 17.
 *
 * @param key The key to consume.
 * @param prior Where the particles begin.
 * @param logLikelihood The log-likelihood, or a surrogate's log ratio (the evidence is then
 * relative to its normalisation).
 * @param options Sizes, kernel.
 * @returns The draws, equally weighted; `info.logEvidence` in nats, `info.logEvidenceError` its
 * standard error over repeats (NaN for one repeat), `info.stages` the mean number of rises.
 * @throws {RangeError} If an option is out of range, no particle has a likelihood above 0, log-likelihoods are too
 * large for a nat to be told, or β does not reach 1 within `maxStages` rises.
 * @throws {TypeError} If prior and likelihood differ in their number of parameters.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { independent, key, normal, numericDensity } from "@likely/core";
 * import { smc } from "@likely/samplers";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * const likelihood = numericDensity("one datum at 2", 1, ([mu]) => -0.5 * (mu! - 2) ** 2);
 * const { info } = await smc(key(0), prior, likelihood, { particles: 500 });
 * // ∫ N(mu; 0, 1) exp(−(mu − 2)²/2) dmu = exp(−1) / √2
 * assertAlmostEquals(Number(info.logEvidence), -1 - Math.log(2) / 2, 0.2);
 * ```
 */
export async function smc(
  key: Key,
  prior: Prior,
  logLikelihood: LogDensity,
  options: SmcOptions = {},
): Promise<Draws> {
  const { particles = 1000, repeats = 4, moves = 3, effectiveShare = 0.5, maxStages = 1000 } = options;
  const { kernel = (target: LogDensity) => slice(target, { warmup: 0, width: 2 }) } = options;
  const { signal, onProgress } = options;
  requireInteger("run SMC", "particles", particles, 2);
  requireInteger("run SMC", "repeats", repeats, 1);
  requireInteger("run SMC", "moves", moves, 1);
  requireFraction("run SMC", "effectiveShare", effectiveShare);
  requireInteger("run SMC", "maxStages", maxStages, 1);
  const began = performance.now();
  const likelihood = countCalls(logLikelihood);
  const settings = { particles, repeats, moves, effectiveShare, maxStages, kernel, signal };
  const runs: Population[] = [];
  for (const child of split(key, repeats)) {
    const told = (beta: number) => {
      const step = Math.round(100 * (runs.length + beta));
      const unknown = { stepsPerSecond: NaN, secondsLeft: NaN };
      onProgress?.({ phase: "sampling", step, total: 100 * repeats, ...unknown });
    };
    runs.push(await populate(child, { prior, likelihood, settings }, told));
  }
  const evidence = evidenceOf(runs);
  return {
    names: prior.names,
    chains: repeats,
    length: particles,
    values: Float64Array.from(runs.flatMap(({ theta }) => Array.from(theta.data))),
    info: {
      sampler: "smc",
      target: logLikelihood.name,
      evaluations: likelihood.calls(),
      ...evidence,
      stages: runs.reduce((sum, { stages }) => sum + stages, 0) / repeats,
      seconds: (performance.now() - began) / 1000,
    },
    warnings: [
      ...likelihood.warnings(),
      ...fewAlive(runs.reduce((least, { alive }) => Math.min(least, alive), particles), particles),
      ...evidenceWarnings(evidence.logEvidenceError),
    ],
  };
}

async function populate(key: Key, problem: Problem, told: (beta: number) => void): Promise<Population> {
  const { prior, likelihood, settings } = problem;
  const [forStart, forStages] = split(key, 2);
  let theta = prior.sample(forStart, settings.particles);
  const spread = spreadOf(theta, prior.support);
  let [beta, logEvidence, stages, alive] = [0, 0, 0, 0];
  while (beta < 1) {
    requireStages(stages, beta, settings.maxStages);
    await breathe(settings.signal);
    const value = likelihood.evaluate(theta, { gradient: false }).value;
    requireParticle(value);
    requireTold(value);
    if (stages === 0) alive = aliveOf(value);
    const rise = nextRise(value, 1 - beta, settings.effectiveShare * theta.n);
    const logWeights = value.map((v) => rise * v);
    logEvidence += logSumExp(logWeights) - log(theta.n);
    beta = rise === 1 - beta ? 1 : beta + rise;
    const [forChoice, forMoves] = split(foldIn(forStages, stages), 2);
    theta = await move(forMoves, gatherRows(theta, resample(forChoice, logWeights, theta.n)), beta, {
      ...problem,
      spread,
    });
    stages++;
    told(beta);
  }
  return { theta, logEvidence, stages, alive };
}

function requireTold(logLikelihood: Float64Array): void {
  const top = untold(logLikelihood);
  if (top === undefined) return;
  throw new RangeError(
    `Cannot run SMC as the largest log-likelihood must be at most 2^50 nats in size, so that one nat can be told: ` +
      `current value is ${top}`,
  );
}

/** Moves particles by the kernel, which leaves the tempered posterior unchanged. */
async function move(
  key: Key,
  theta: Points,
  beta: number,
  { prior, likelihood, settings, spread }: Problem & { readonly spread: Float64Array },
): Promise<Points> {
  const [forStart, forSteps] = split(key, 2);
  const tempered = unconstrained(posteriorDensity(prior, likelihood, { beta }), prior.support);
  const z = unconstrain(prior.support, theta);
  const { target, inward, outward } = whiten(tempered, z, spread);
  const kernel = settings.kernel(target, { warmup: 0 });
  let state = kernel.init(forStart, inward(z));
  for (let t = 0; t < settings.moves; t++) {
    [state] = kernel.step(foldIn(forSteps, t), state);
    await breathe(settings.signal);
  }
  return constrain(prior.support, outward(state.position));
}

function evidenceOf(runs: readonly Population[]): { logEvidence: number; logEvidenceError: number } {
  const values = Float64Array.from(runs, (run) => run.logEvidence);
  const n = values.length;
  const mean = values.reduce((a, b) => a + b) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1);
  // Each population's evidence is unbiased before the logarithm: average there.
  return { logEvidence: logSumExp(values) - log(n), logEvidenceError: Math.sqrt(variance / n) };
}

function evidenceWarnings(error: number): string[] {
  if (Number.isNaN(error)) {
    return [
      "Whether populations agree, and the error of the evidence, cannot be judged from one: take repeats of 2 or more",
    ];
  }
  if (error <= 0.5) return [];
  return [
    `Populations disagree: the standard error of the log evidence is ${error.toFixed(2)}; ` +
    `take more particles or more moves`,
  ];
}

function requireStages(stages: number, beta: number, most: number): void {
  if (stages < most) return;
  throw new RangeError(
    `Cannot run SMC as beta must reach 1 within maxStages = ${most} rises: current value is ${beta}`,
  );
}

function requireParticle(logLikelihood: Float64Array): void {
  if (logLikelihood.some((v) => v > -Infinity)) return;
  throw new RangeError(
    `Cannot run SMC as a particle must have a likelihood above 0: current value is 0 of ${logLikelihood.length}`,
  );
}
