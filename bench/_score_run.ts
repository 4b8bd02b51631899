// One cell of the score bench: simulate, train, and hold the surrogate's surfaces to the exact ones.

import {
  type Artifact,
  type Dataset,
  foldIn,
  gatherRows,
  type Key,
  key as seed,
  type LogDensities,
  mean,
  type Points,
  row,
  split,
} from "@likely/core";
import { compareSurfaces, likelihoodSurface, maximumLikelihood, regionCoverage } from "@likely/diagnostics";
import { fusedEngine } from "@likely/kernels";
import { trainRatio } from "@likely/sbi";
import { ARMS, networkOf } from "./_score_arms.ts";
import { clocked } from "./_measure.ts";
import { CASES, type TestSet } from "./_score_cases.ts";
import { scoreData } from "./_score_data.ts";

/** What a cell is told; a stored result counts only if all of it is the same. */
export interface ScoreSettings {
  readonly case: string;
  readonly arm: string;
  /** Simulations, those set aside included. */
  readonly n: number;
  readonly key: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Lower is better, each of them. */
export const METRICS = {
  divergence: "KL",
  weightedError: "WRMSE",
  toMaximum: "MLE to exact MLE",
  toTruth: "MLE to truth",
} as const;

/** The name of one. */
export type Metric = keyof typeof METRICS;

/** All that a cell found. */
export interface ScoreResult extends Judgement {
  readonly settings: ScoreSettings;
  /** CPU time. */
  readonly seconds: { readonly simulate: number; readonly train: number };
  readonly epochs: number;
  readonly termWeights: readonly number[];
}

/** What is measured of a surrogate. */
export interface Judgement {
  /** By which rules it was judged: {@linkcode RULES}. */
  readonly rules: string;
  /** Means over the test data; divergence and error in nats, distances in half-widths of the box. */
  readonly metrics: Readonly<Record<Metric, number>>;
  readonly medianDivergence: number;
  readonly plainError: number;
  /** Share of 95 % regions that hold the truth. */
  readonly coverage: { readonly exact: number; readonly surrogate: number };
  /** Cross-entropy of fresh pairs, in nats. */
  readonly heldOut: number;
  /** Root mean square error of the surrogate's score, in units of the exact one's. */
  readonly scoreError: number;
}

/** Results judged by others are judged anew. */
export const RULES = "maxima where data tell of the parameter";

// One thread: CPU time is compared, and helpers that wait would count.
const ENGINE = fusedEngine({ workers: 1 });

/** A trained cell, not judged yet. */
export interface TrainedCell extends Omit<ScoreResult, keyof Judgement> {
  readonly artifacts: readonly Artifact[];
}

/** Simulates and trains; costly simulations are kept in a folder. */
export async function trainCell(settings: ScoreSettings, folder: string): Promise<TrainedCell> {
  const { hasScore } = ARMS[settings.arm]!;
  const [forData, forTraining] = split(seed(settings.key), 2);
  const path = `${folder}/${settings.case}_key${settings.key}${hasScore ? "_score" : ""}`;
  const data = await scoreData(forData, CASES[settings.case]!, { n: settings.n, score: hasScore, path });
  const { value: artifacts, seconds } = await clocked(() => trainArm(forTraining, settings, data.dataset));
  const { epochs, history } = artifacts[0]!.provenance.training;
  return {
    settings,
    artifacts,
    seconds: { simulate: data.seconds, train: seconds },
    epochs,
    termWeights: (history?.termWeights ?? []).map((weights) => weights[1]!),
  };
}

async function trainArm(key: Key, settings: ScoreSettings, dataset: Dataset): Promise<Artifact[]> {
  const { task: { simulator, prior } } = CASES[settings.case]!;
  const arm = ARMS[settings.arm]!;
  const { loss, members = 1, activation = "silu", refresh } = arm;
  const { trunk, embedding } = networkOf(CASES[settings.case]!, arm);
  const { steps, learningRate } = settings;
  const batchSize = Math.min(settings.batchSize, Math.floor(0.9 * settings.n));
  const maxEpochs = Math.max(1, Math.round(steps / Math.floor(0.9 * settings.n / batchSize)));
  const artifacts: Artifact[] = [];
  for (let member = 0; member < members; member++) {
    const pairs = { simulator: simulator.name, prior: prior.spec, dataset, score: simulator.score! };
    const { artifact } = await trainRatio(foldIn(key, member), pairs, {
      trunk: { ...trunk, activation },
      ...(embedding && { embedding }),
      ...(refresh && { refresh }),
      loss: loss(dataset),
      engine: ENGINE,
      batchSize,
      learningRate,
      schedule: "cosine",
      maxEpochs,
      patience: maxEpochs,
    });
    artifacts.push(artifact);
  }
  return artifacts;
}

/** Holds the surrogate's surfaces to the exact ones. */
export async function judge(artifacts: readonly Artifact[], test: TestSet): Promise<Judgement> {
  using surrogate = await averaged(artifacts, test.x);
  const found = test.surfaces.map((exact, observation) => {
    const surface = likelihoodSurface(test.axes, surrogate, { observation });
    const maximum = maximumLikelihood(surface, surrogate, { observation });
    return { ...compareSurfaces(exact, surface), maximum };
  });
  const { value: atTruth, grad } = surrogate.evaluate(test.theta);
  const rms = (to: (i: number) => Float64Array) =>
    Math.sqrt(mean(found.flatMap(({ maximum }, i) => squaredDistances(maximum.theta, to(i), test, i))));
  const degrees = test.axes.length;
  const exactMaxima = Float64Array.from(test.maxima, ({ value }) => value);
  const maxima = Float64Array.from(found, ({ maximum }) => maximum.value);
  const divergences = found.map(({ divergence }) => divergence);
  return {
    rules: RULES,
    metrics: {
      divergence: mean(divergences),
      weightedError: Math.sqrt(mean(found.map(({ weightedError }) => weightedError ** 2))),
      toMaximum: rms((i) => test.maxima[i]!.theta),
      toTruth: rms((i) => row(test.theta, i)),
    },
    medianDivergence: divergences.toSorted((a, b) => a - b)[divergences.length >> 1]!,
    plainError: Math.sqrt(mean(found.map(({ plainError }) => plainError ** 2))),
    coverage: {
      exact: regionCoverage(test.atTruth, exactMaxima, { degrees }).rate,
      surrogate: regionCoverage(atTruth, maxima, { degrees }).rate,
    },
    heldOut: crossEntropy(surrogate, test.theta, atTruth),
    scoreError: relativeError(grad!, test.score),
  };
}

/** The mean of the networks' outputs. */
export async function averaged(
  artifacts: readonly Artifact[],
  x: Points,
): Promise<LogDensities & Disposable> {
  const members = await Promise.all(artifacts.map((artifact) => ENGINE.logDensities(artifact, x)));
  if (members.length === 1) return members[0]!;
  const { name, dim, count } = members[0]!;
  const average = (values: readonly Float64Array[]) =>
    values[0]!.map((_, k) => values.reduce((sum, value) => sum + value[k]! / values.length, 0));
  return {
    name,
    dim,
    count,
    evaluate: (points, options) => {
      const all = members.map((member) => member.evaluate(points, options));
      const value = average(all.map(({ value }) => value));
      return all[0]!.grad ? { value, grad: average(all.map(({ grad }) => grad!)) } : { value };
    },
    [Symbol.dispose]: () => members.forEach((member) => member[Symbol.dispose]()),
  };
}

/** Of every pair at its own θ and at its neighbour's. */
export function crossEntropy(surrogate: LogDensities, theta: Points, own: Float64Array): number {
  const others = gatherRows(theta, Uint32Array.from({ length: theta.n }, (_, i) => (i + 1) % theta.n));
  const { value } = surrogate.evaluate(others, { gradient: false });
  return mean([...own].map((logit) => softplus(-logit)).concat([...value].map(softplus)));
}

function softplus(value: number): number {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}

function relativeError(estimate: Float64Array, { data, dim }: Points): number {
  const [missed, size] = [new Float64Array(dim), new Float64Array(dim)];
  data.forEach((value, k) => {
    missed[k % dim]! += (estimate[k]! - value) ** 2;
    size[k % dim]! += value ** 2;
  });
  return Math.sqrt(mean([...missed].map((sum, j) => sum / size[j]!)));
}

/** Parameter by parameter, of those that the data tell of, in half-widths of the box. */
function squaredDistances(a: Float64Array, b: Float64Array, { axes, isTold }: TestSet, i: number): number[] {
  return axes.flatMap(({ low, high }, j) =>
    isTold[i]![j] ? [((a[j]! - b[j]!) / ((high - low) / 2)) ** 2] : []
  );
}
