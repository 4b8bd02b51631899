// One training on levels, or on the finest alone, and how good it is on fresh data of the finest.

import {
  type Artifact,
  foldIn,
  gatherRows,
  key as seed,
  mean,
  mseDistance,
  type Points,
  points,
  row,
  split,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import type { LevelPairs } from "@likely/multilevel";
import { type LevelsMode, trainLevels } from "@likely/sbi";
import { bought, fineAlone, fineRuns, type LevelsCase } from "./_levels_cases.ts";
import { clocked } from "./_measure.ts";

/** A mode, or the finest level alone for so many times the money. */
export type Arm = LevelsMode | `fine x ${number}`;

/** What one cell is told. */
export interface CellSettings {
  readonly problem: string;
  readonly method: string;
  readonly arm: Arm;
  readonly key: number;
  readonly steps: number | "default";
  readonly counts: readonly number[];
}

/** How good what was learned is. */
export interface CellResult {
  readonly settings: CellSettings;
  /** Mean of minus the log density of the truth, in nats; of a cost the root mean squared error over its sd. */
  readonly score: number;
  readonly median: number;
  /** Of the score over test pairs. */
  readonly error: number;
  /** Share of truths in the highest-density region of 0.9, for posteriors. */
  readonly coverage?: number;
  /** CPU seconds of training. */
  readonly seconds: number;
  readonly epochs: number;
  readonly warnings: number;
}

/** Fresh pairs that all arms are judged by. */
const TESTS = 1000;
const COVERED = 200;
const DRAWS = 200;

/** Trains and judges; `undefined` where the data are not there. */
export async function cell(problem: LevelsCase, settings: CellSettings): Promise<CellResult | undefined> {
  const [forData, forTraining] = split(foldIn(seed(2026), settings.key), 2);
  const table = await problem.table?.(forData);
  if (problem.table && !table) return undefined;
  const pairs = table?.pairs ?? await dataOf(problem, settings.arm, forData);
  const mode = settings.arm.startsWith("fine") ? "fine" : settings.arm as LevelsMode;
  const { method, members = 1 } = problem;
  const { steps } = settings;
  const { value: { artifact, history, warnings }, seconds } = await clocked(() =>
    trainLevels(forTraining, pairs, { method, mode, members, ...(steps !== "default" && { steps }) })
  );
  return {
    settings,
    ...await judged(problem, artifact, table?.test ?? fineAlone(seed(7), problem, TESTS)),
    seconds,
    epochs: history.validation.length,
    warnings: warnings.length,
  };
}

async function dataOf(problem: LevelsCase, arm: Arm, key: ReturnType<typeof seed>): Promise<LevelPairs> {
  if (!arm.startsWith("fine")) return await bought(key, problem);
  const factor = Number(arm.split(" x ")[1] ?? 1);
  const { theta, x } = fineAlone(key, problem, fineRuns(problem, factor));
  const sound = Array.from({ length: theta.n }, (_, i) => i).filter((i) => row(x, i).every(Number.isFinite));
  const rows = {
    theta: gatherRows(theta, sound),
    fine: gatherRows(x, sound),
    failed: theta.n - sound.length,
  };
  // It sees nothing of the levels below: the finest stands in for them, and is not used.
  const levels = [rows, { ...rows, coarse: rows.fine }];
  const { source: { prior, simulator } } = problem;
  return { simulator: simulator.name, prior, levels, costs: [1, 1] };
}

type Judgement = Pick<CellResult, "score" | "median" | "error" | "coverage">;

async function judged(
  problem: LevelsCase,
  artifact: Artifact,
  all: { readonly theta: Points; readonly x: Points },
): Promise<Judgement> {
  const sound = Array.from({ length: all.theta.n }, (_, i) => i).filter((i) =>
    row(all.x, i).every(Number.isFinite)
  );
  const [theta, x] = [gatherRows(all.theta, sound), gatherRows(all.x, sound)];
  if (artifact.kind === "cost") return await costJudged(problem, artifact, theta, x);
  using density = await fusedEngine().density(artifact);
  const isPosterior = artifact.kind === "posterior";
  const values = isPosterior ? density.logDensity(theta, x) : density.logDensity(x, theta);
  const exact = problem.source.simulator.logLikelihood?.(theta, x);
  // Of a likelihood that is known, the relative entropy.
  const scores = values.map((value, i) => (isPosterior || !exact ? 0 : exact[i]!) - Math.max(value, LEAST));
  return {
    ...summary(scores),
    ...(isPosterior && { coverage: coverage(density, theta, x) }),
  };
}

/** A density that says never has not lost everything: a nat is a nat up to here. */
const LEAST = -50;

function summary(scores: Float64Array): Omit<Judgement, "coverage"> {
  const centre = mean(scores);
  const variance = mean(scores.map((score) => (score - centre) ** 2));
  const sorted = scores.toSorted();
  return { score: centre, median: sorted[sorted.length >> 1]!, error: Math.sqrt(variance / scores.length) };
}

function coverage(
  density: {
    sample(key: ReturnType<typeof seed>, n: number, x: Points): Points;
    logDensity(theta: Points, x: Points): Float64Array;
  },
  theta: Points,
  x: Points,
): number {
  const n = Math.min(COVERED, theta.n);
  const some = Array.from({ length: n }, (_, i) => i);
  const [truths, given] = [gatherRows(theta, some), gatherRows(x, some)];
  const own = density.logDensity(truths, given);
  const draws = density.logDensity(density.sample(seed(8), DRAWS, given), given);
  const inside = own.filter((value, i) => {
    const above = draws.subarray(i * DRAWS, (i + 1) * DRAWS).filter((draw) => draw > value).length;
    return above < 0.9 * DRAWS;
  });
  return inside.length / n;
}

/** Against means over many fine runs, at other data. */
async function costJudged(
  { source }: LevelsCase,
  artifact: Artifact,
  theta: Points,
  x: Points,
): Promise<Judgement> {
  const n = 200;
  const runs = 100;
  const some = gatherRows(theta, Array.from({ length: n }, (_, i) => i));
  const targets = gatherRows(x, Array.from({ length: n }, (_, i) => (i + n) % x.n));
  const distance = mseDistance();
  const truth = Float64Array.from({ length: n }, (_, i) => {
    const at = points(
      Float64Array.from({ length: runs * theta.dim }, (_, k) => some.data[i * theta.dim + k % theta.dim]!),
      theta.dim,
    );
    const simulated = source.simulator.simulate(foldIn(seed(9), i), at);
    return mean(distance.between(simulated, points(row(targets, i), x.dim)));
  });
  using costs = await fusedEngine().logDensities(artifact, targets);
  const chains = Uint32Array.from({ length: n }, (_, i) => i);
  const { value } = costs.evaluate(some, { gradient: false, chains });
  const sd = Math.sqrt(mean(truth.map((t) => (t - mean(truth)) ** 2)));
  const errors = value.map((v, i) => Math.abs(v - truth[i]!) / sd);
  const score = Math.sqrt(mean(errors.map((e) => e * e)));
  return { score, median: errors.toSorted()[n >> 1]!, error: score / Math.sqrt(2 * n) };
}
