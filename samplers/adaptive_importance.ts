/**
 * Importance sampling whose proposal learns where the target is.
 *
 * @module
 */

import { foldIn, gatherRows, type Key, type LogDensity, type Points, split } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { breathe } from "./_breathe.ts";
import { countCalls } from "./_count_calls.ts";
import { judgedWeights } from "./_judged_weights.ts";
import { LearningPlan } from "./_learning_plan.ts";
import { nextRise } from "./_next_rise.ts";
import { PooledRounds } from "./_pooled_rounds.ts";
import { resample } from "./_resample.ts";
import { tMixture, type WeightedRows } from "./_t_mixture.ts";
import { weightedDraws } from "./_weighted_draws.ts";
import type { ImportanceDraws, Proposal } from "./importance.ts";

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

/** Milliseconds of work without a break. */
const BREATH_MS = 20;
/** Wider than what was learnt: too wide costs a few rows, too narrow all. */
const WIDER = 1.15;
/** Effective rows, of a pilot's, that weights are made milder for. */
const MILD = 0.15;
/** More rows once more where the last round cannot be trusted. */
const AGAIN = 4;
/** Effective rows, of the draws wanted, without which they repeat themselves. */
const ENOUGH = 0.2;

/**
 * Draws by importance from proposals that are learnt in rounds. Rows of all rounds are one sample, of the mixture
 * of their proposals, so that what one round has found no other loses; their weights, tempered until enough of
 * them count, give the t distribution from which the next round proposes, or where one is not like the target a
 * mixture of five, by expectation and maximisation. The last round is of as many rows as the draws seem to need.
 * The Pareto shape and the effective size of all weights are the judge.
 *
 * For densities of a few bulks, however far from the start; modes are found only if the start spans them. Cornuet
 * et al. (2012), https://arxiv.org/abs/0907.1254, have the pooling, Cappé et al. (2008),
 * https://arxiv.org/abs/0710.4242, the mixtures.
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
  const { draws = 1000, pilot = Math.max(250, 50 * target.dim), most = 20_000, signal } = options;
  const { rounds: mostRounds = 12 } = options;
  requireInteger("sample by importance", "draws", draws, 1);
  requireInteger("sample by importance", "pilot", pilot, 25);
  requireInteger("sample by importance", "rounds", mostRounds, 1);
  requireInteger("sample by importance", "most", most, 25);
  signal?.throwIfAborted();
  const began = performance.now();
  // Work may be long: whoever waits may have left. Some hosts' clocks stand still meanwhile.
  let rested = performance.now();
  const rest = async (round: number) => {
    if (performance.now() - rested < BREATH_MS && round % 4 !== 3) return;
    await breathe(signal);
    rested = performance.now();
  };
  const [forRounds, forSeeds, forChoice] = split(key, 3);
  const counted = countCalls(target);
  const rounds = new PooledRounds(counted);
  /** The power to which all weights so far leave enough rows that count. */
  const riseOf = (logWeights: Float64Array) => nextRise(logWeights, 1, MILD * pilot);
  const learnt = (logWeights: Float64Array, rise: number): Proposal => {
    const [forSample, forFit] = split(foldIn(forSeeds, rounds.count), 2);
    // Few rows tell a mixture as much as all of them, which may be thousands.
    const few = resample(forSample, logWeights.map((weight) => rise * weight), 2 * pilot);
    const { components } = plan;
    return tMixture(forFit, rowsWithCounts(rounds.theta(), few), {
      names: start.names,
      components,
      wider: WIDER,
    });
  };
  const pooled = (raw = rounds.logWeights()): AdaptiveImportanceDraws => {
    const found = weightedDraws(forChoice, { names: start.names, theta: rounds.theta(), raw }, {
      draws,
      target: counted,
      evaluations: rounds.n,
      began,
    });
    const few = fewWarnings(Number(found.info.ess), { of: rounds.n, wanted: draws });
    return { ...found, rounds: rounds.count, warnings: [...found.warnings, ...few] };
  };
  const plan = new LearningPlan({ draws, pilot, rounds: mostRounds, most });
  let proposal = start;
  for (let round = 0;; round++) {
    const raw = await rounds.add(foldIn(forRounds, round), proposal, pilot);
    // A round may find nothing; all together must not.
    const own = raw.some((w) => w > -Infinity) ? judgedWeights(raw) : NOTHING;
    const isSound = own.warnings.length === 0;
    const all = rounds.logWeights();
    if (isSound && own.ess >= draws) {
      const found = pooled(all);
      if (found.warnings.length === 0) return found;
    }
    const rise = riseOf(all);
    const rows = plan.after({ share: own.ess / pilot, isSound, rise });
    proposal = learnt(all, rise);
    await rest(round);
    if (rows === undefined) continue;
    await rounds.add(foldIn(forRounds, round + 1), proposal, rows);
    const weights = rounds.logWeights();
    const last = pooled(weights);
    if (last.warnings.length === 0 || rows === most) return last;
    // The shape of few weights is little known: more of them, from what these have taught.
    await rest(round + 1);
    await rounds.add(
      foldIn(forRounds, round + 2),
      learnt(weights, riseOf(weights)),
      Math.min(most, AGAIN * rows),
    );
    return pooled();
  }
}

/** Of a round without any weight. */
const NOTHING = { ess: 0, warnings: ["no row has a density above 0"] };

/** Rows that were drawn, each once, by how often. */
function rowsWithCounts(all: Points, drawn: Uint32Array): WeightedRows {
  const which = drawn.filter((i, k) => k === 0 || i !== drawn[k - 1]);
  const counts = new Map<number, number>();
  for (const i of drawn) counts.set(i, (counts.get(i) ?? 0) + 1);
  return {
    theta: gatherRows(all, which),
    weights: Float64Array.from(which, (i) => counts.get(i)! / drawn.length),
  };
}

function fewWarnings(
  ess: number,
  { of, wanted }: { readonly of: number; readonly wanted: number },
): string[] {
  if (ess >= ENOUGH * wanted) return [];
  return [
    `Of ${of} weighted rows only ${ess.toFixed(0)} count, for ${wanted} draws: the proposal is ` +
    `unlike the target; take another sampler`,
  ];
}
