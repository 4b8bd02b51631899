// One training of one method on one problem, and its answer to one observation.

import {
  type Artifact,
  type Dataset,
  drawPermutation,
  foldIn,
  gatherRows,
  type Key,
  key as seed,
  mean,
  type Points,
  points,
  row,
  simulate,
  split,
  stream,
  type Task,
} from "@likely/core";
import { c2st } from "@likely/diagnostics";
import {
  nle,
  npe,
  nre,
  posterior,
  type SimulatedPairs,
  type TrainedDensity,
  type TrainedRatio,
  trainLikelihood,
  trainPosterior,
  trainRatio,
} from "@likely/sbi";
import { forest } from "./_forest.ts";
import { type Clocked, clocked } from "./_sbibm_clock.ts";
import type { Problem } from "./_sbibm_problems.ts";

/** The methods compared, each with its defaults. */
export const METHODS = ["npe", "nle", "nre"] as const;
/** One of them. */
export type OwnMethod = typeof METHODS[number];
/** The Python peer's too. */
export type Method = OwnMethod | `sbi_${OwnMethod}`;

/** What a training is told; a stored one counts only if all of it is the same. */
export interface TrainSettings {
  readonly problem: string;
  readonly method: Method;
  readonly simulations: number;
  readonly key: number;
  /** Of simulations, for one observation, where there are several. */
  readonly rounds?: { readonly count: number; readonly observation: number };
}

/** How a training went. */
export interface TrainResult {
  readonly settings: TrainSettings;
  readonly train: Clocked;
  /** Epochs taken, and the best of them. */
  readonly epochs: readonly [taken: number, best: number];
}

/** What an answer is told, beside its training. */
export interface AnswerSettings extends TrainSettings {
  readonly observation: number;
  readonly draws: number;
  readonly classifier: "mlp" | "forest";
}

/** How good an answer is. */
export interface AnswerResult {
  readonly settings: AnswerSettings;
  readonly sample: Clocked;
  readonly c2st: number;
  /** `[d]`: sds of the draws over sds of the exact ones. */
  readonly widths: readonly number[];
  /** The share of draws that cannot have made the observation, where that can be told. */
  readonly impossible?: number;
  readonly warnings: readonly string[];
}

/** The task that a method simulates from: methods that add up rows see one at a time. */
export function taskOf({ task, each = task }: Problem, method: Method): Task {
  return method.endsWith("npe") || method === "nle" ? task : each;
}

/** Simulated pairs of a training, the same for every method that sees the same rows. */
export function datasetOf(problem: Problem, { method, simulations, key }: TrainSettings): Promise<Dataset> {
  return simulate(keysOf(key).data, taskOf(problem, method), simulations);
}

/** Simulates and trains. */
export async function trained(
  problem: Problem,
  settings: TrainSettings & { readonly method: OwnMethod },
): Promise<TrainResult & { artifact: Artifact }> {
  if (settings.rounds) return await trainedInRounds(problem, settings, settings.rounds);
  const { prior, simulator } = taskOf(problem, settings.method);
  const pairs = { prior: prior.spec, simulator: simulator.name, dataset: await datasetOf(problem, settings) };
  const { value: { artifact, history }, ...train } = await clocked(() =>
    TRAIN[settings.method](keysOf(settings.key).training, pairs, problem)
  );
  const { validation } = history;
  const best = 1 + validation.indexOf(Math.min(...validation));
  return { settings, train, epochs: [validation.length, best], artifact };
}

/** As many simulations, most of them where the observation's posterior is. */
async function trainedInRounds(
  problem: Problem,
  settings: TrainSettings & { readonly method: OwnMethod },
  { count, observation }: NonNullable<TrainSettings["rounds"]>,
): Promise<TrainResult & { artifact: Artifact }> {
  const { method, simulations, key } = settings;
  const recipe = { npe, nle, nre }[method];
  const task = taskOf(problem, method);
  const { trials = 1 } = method === "nle" ? problem : {};
  const x = points(await problem.observation(observation), task.simulator.xDim / trials);
  const { value: { artifact, history }, ...train } = await clocked(() =>
    recipe(keysOf(key).training, task, {
      simulations,
      observation: x,
      rounds: count,
      ...(trials > 1 && { trials }),
    })
  );
  const { validation } = history;
  const best = 1 + validation.indexOf(Math.min(...validation));
  return { settings, train, epochs: [validation.length, best], artifact };
}

const TRAIN: Readonly<
  Record<
    OwnMethod,
    (key: Key, pairs: SimulatedPairs, problem: Problem) => Promise<TrainedDensity | TrainedRatio>
  >
> = {
  npe: (key, pairs) => trainPosterior(key, pairs),
  nle: (key, pairs, { trials = 1 }) => trainLikelihood(key, pairs, { trials }),
  nre: (key, pairs) => trainRatio(key, pairs),
};

/** Draws and compares. */
export async function answered(
  problem: Problem,
  settings: AnswerSettings,
  { artifact, exact }: { readonly artifact: Artifact; readonly exact: Points },
): Promise<AnswerResult> {
  const x = points(await problem.observation(settings.observation), artifact.spec.xDim);
  const [forDraws, forTest] = split(answerKey(settings), 2);
  // Chains' defaults, except where modes are several.
  const options = problem.isMultimodal ? { sampler: "smc" } as const : {};
  const { value, ...sample } = await clocked(async () => {
    using given = await posterior(artifact, x, options);
    return await given.sample(forDraws, settings.draws);
  });
  const draws = points(value.values.slice(0, settings.draws * exact.dim), exact.dim);
  return {
    settings,
    sample,
    ...await judged(forTest, problem, settings, { exact, draws }),
    warnings: value.warnings,
  };
}

/** How a sample compares with exact draws: the same for ours and for a peer's. */
export async function judged(
  key: Key,
  problem: Problem,
  { classifier, observation }: AnswerSettings,
  { exact, draws }: { readonly exact: Points; readonly draws: Points },
): Promise<Pick<AnswerResult, "c2st" | "widths" | "impossible">> {
  const [forRows, forTest] = split(key, 2);
  // Chains are ordered in time.
  const shuffled = gatherRows(draws, drawPermutation(stream(forRows), draws.n).subarray(0, exact.n));
  const x = await problem.observation(observation);
  return {
    c2st: await c2st(forTest, exact, shuffled, classifier === "forest" ? { train: forest() } : {}),
    widths: columns(draws).map((column, j) => sd(column) / sd(columns(exact)[j]!)),
    ...(problem.isImpossible && { impossible: impossible(problem.isImpossible, draws, x) }),
  };
}

function impossible(
  isImpossible: NonNullable<Problem["isImpossible"]>,
  draws: Points,
  x: Float64Array,
): number {
  return mean(Float64Array.from({ length: draws.n }, (_, i) => isImpossible(row(draws, i), x) ? 1 : 0));
}

/** Of one observation's draws and test. */
export function answerKey({ key, observation }: AnswerSettings): Key {
  return foldIn(keysOf(key).answers, observation);
}

function keysOf(key: number): Readonly<Record<"data" | "training" | "answers", Key>> {
  const [data, training, answers] = split(seed(key), 3) as Key[] as [Key, Key, Key];
  return { data, training, answers };
}

function columns({ data, n, dim }: Points): Float64Array[] {
  return Array.from(
    { length: dim },
    (_, j) => Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!),
  );
}

function sd(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
