/**
 * Importance sampling whose proposal learns where the target is.
 *
 * @module
 */

import { foldIn, type Key, type LogDensity, row } from "@likely/core";
import { cholesky } from "@likely/core/cholesky";
import { requireInteger } from "@likely/core/check";
import { exp } from "@likely/core/elementary";
import { breathe } from "./_breathe.ts";
import { effectiveSize } from "./_log_sum_exp.ts";
import { nextRise } from "./_next_rise.ts";
import { importance, type ImportanceDraws, type Proposal } from "./importance.ts";
import { studentT } from "./student_t.ts";

/** Options of {@linkcode adaptiveImportance}. */
export interface AdaptiveImportanceOptions {
  /**
   * Draws wanted: so many effective rows are aimed at.
   *
   * @default {1000}
   */
  readonly draws?: number;
  /**
   * Rows of a round in which the proposal learns.
   *
   * @default {Math.max(250, 50 * dim)}
   */
  readonly pilot?: number;
  /**
   * Most rounds, but for a second last one where the first cannot be trusted.
   *
   * @default {12}
   */
  readonly rounds?: number;
  /**
   * Most rows of the last round.
   *
   * @default {20000}
   */
  readonly most?: number;
  /** Stops the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What {@linkcode adaptiveImportance} returns: the draws of its last round, and how many rounds there were. */
export interface AdaptiveImportanceDraws extends ImportanceDraws {
  /** Rounds, the last one included. */
  readonly rounds: number;
}

/** Wider than what was learnt: too wide costs a few rows, too narrow all. */
const WIDER = 1.15;
/** Of a covariance learnt from weighted rows: what rounding may push below zero. */
const FLOOR = 1e-10;
/** Effective rows, of a pilot's, that weights are made milder for. */
const MILD = 0.15;
/** A round that takes less of the weights than so many times what another took was in vain. */
const BETTER = 1.3;
/** Rounds in vain after which there is no more to be learnt: some targets are not like a t distribution. */
const PATIENCE = 2;
/** More rows in the last round than seem to be needed. */
const SPARE = 1.2;
/** What a proposal gains in effective rows by what the last pilot taught, up to the share that normal targets have. */
const [GAIN, LIKELY] = [1.8, 0.5];
/** More rows once more where the last round cannot be trusted. */
const AGAIN = 4;
/** Effective rows, of the draws wanted, without which they repeat themselves. */
const ENOUGH = 0.2;

/**
 * Draws by importance from a proposal that is learnt in rounds: rows of one round, with weights that are
 * tempered until enough of them count, give the mean and the covariance of a t distribution, from which the
 * next round proposes. It ends in one round for all the draws, whose own Pareto shape and effective size are
 * its warnings: what came before needs no trust.
 *
 * For densities of one bulk, however far from the start; modes that are wide apart are found only if the start
 * spans them, at the price of many rows. Bugallo et al. (2017), "Adaptive importance sampling", has the family.
 *
 * @param key The key to consume.
 * @param target The log density, in nats, of unbounded coordinates; gradients are not asked for.
 * @param start Where to look at first, in the same coordinates.
 * @param options Rows and rounds.
 * @returns Equally weighted rows; with warnings where they cannot be trusted.
 * @throws {RangeError} If no row of the start has a density above 0, or a number is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { key, type LogDensity, mean } from "@likely/core";
 * import { adaptiveImportance, studentT } from "@likely/samplers";
 *
 * // A normal distribution, seven hundred of its widths away.
 * const target: LogDensity = {
 *   name: "far and narrow",
 *   dim: 1,
 *   evaluate: ({ data }) => ({ value: data.map((z) => -0.5 * ((z - 7) / 0.01) ** 2) }),
 * };
 * const start = studentT({ names: ["z"], mean: [0], factor: new Float64Array([2]) });
 * const drawn = await adaptiveImportance(key(0), target, start);
 * assertAlmostEquals(mean(drawn.values), 7, 0.002);
 * ```
 */
export async function adaptiveImportance(
  key: Key,
  target: LogDensity,
  start: Proposal,
  options: AdaptiveImportanceOptions = {},
): Promise<AdaptiveImportanceDraws> {
  const { draws = 1000, pilot = Math.max(250, 50 * target.dim), rounds = 12, most = 20_000, signal } =
    options;
  requireInteger("sample by importance", "draws", draws, 1);
  requireInteger("sample by importance", "pilot", pilot, 25);
  requireInteger("sample by importance", "rounds", rounds, 1);
  requireInteger("sample by importance", "most", most, 25);
  let evaluations = 0;
  const attempt = (round: number, proposal: Proposal, rows: number): AdaptiveImportanceDraws => {
    const tried = importance(foldIn(key, round), target, proposal, { draws: rows });
    evaluations += rows;
    return { ...tried, rounds: round + 1, info: { ...tried.info, evaluations } };
  };
  let [proposal, highest, inVain] = [start, 0, 0];
  for (let round = 0;; round++) {
    const tried = attempt(round, proposal, pilot);
    const isSound = tried.warnings.length === 0;
    const ess = effectiveSize(tried.logWeights);
    if (isSound && ess >= draws) return tried;
    // How much of the weights leaves enough rows that count: 1 where the proposal is good.
    const rise = nextRise(tried.logWeights, 1, MILD * pilot);
    inVain = rise < BETTER * highest ? inVain + 1 : 0;
    highest = Math.max(highest, rise);
    const isLast = isSound && rise === 1 || inVain === PATIENCE || round + 2 >= rounds;
    proposal = learnt(tried, proposal, rise);
    // Work may be long: whoever waits may have left.
    await breathe(signal);
    if (!isLast) continue;
    const share = Math.max(ess / pilot, Math.min(LIKELY, GAIN * ess / pilot), 1 / pilot);
    const rows = Math.ceil(Math.min(most, Math.max(pilot, SPARE * draws / share)));
    const last = withEnough(attempt(round + 1, proposal, rows), draws);
    if (last.warnings.length === 0 || rows === most) return last;
    // The shape of few weights is little known: more of them, from what these have taught.
    await breathe(signal);
    const better = learnt(last, proposal, nextRise(last.logWeights, 1, MILD * rows));
    return withEnough(attempt(round + 2, better, Math.min(most, AGAIN * rows)), draws);
  }
}

/** The t distribution of rows whose weights are raised to a power. */
function learnt({ theta, logWeights }: ImportanceDraws, { names }: Proposal, rise: number): Proposal {
  const weights = logWeights.map((weight) => exp(rise * weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const { dim, n } = theta;
  const mean = new Float64Array(dim);
  const covariance = new Float64Array(dim * dim);
  for (let i = 0; i < n; i++) {
    const share = weights[i]! / total;
    row(theta, i).forEach((value, j) => mean[j]! += share * value);
  }
  for (let i = 0; i < n; i++) {
    const share = weights[i]! / total;
    const z = row(theta, i);
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k <= j; k++) {
        covariance[j * dim + k]! += share * (z[j]! - mean[j]!) * (z[k]! - mean[k]!);
      }
    }
  }
  for (let j = 0; j < dim; j++) {
    for (let k = 0; k < j; k++) covariance[k * dim + j] = covariance[j * dim + k]!;
  }
  const factor = cholesky(covariance.map((value) => WIDER * WIDER * value), { floor: FLOOR });
  return studentT({ names, mean, factor });
}

function withEnough(tried: AdaptiveImportanceDraws, wanted: number): AdaptiveImportanceDraws {
  const ess = effectiveSize(tried.logWeights);
  if (ess >= ENOUGH * wanted) return tried;
  return {
    ...tried,
    warnings: [
      ...tried.warnings,
      `Of ${tried.theta.n} weighted rows only ${
        ess.toFixed(0)
      } count, for ${wanted} draws: the proposal is ` +
      `unlike the target; take another sampler`,
    ],
  };
}
