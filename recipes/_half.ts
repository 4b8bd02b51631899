// What twice the simulations have brought, and twice the steps: trainings on half, beside the one on all.

import {
  type Artifact,
  type Dataset,
  type Engine,
  foldIn,
  gatherRows,
  type Key,
  membersOf,
  type Points,
  type Prior,
  split,
} from "@likely/core";
import { summary } from "@likely/diagnostics";
import { drawMany } from "@likely/posteriors/draw-many";
import { heldOutRows } from "@likely/surrogates";
import { IN_NATS, type Judge, type MeanAndError, meanAndError } from "./_judge.ts";
import type { Division } from "./_half_rows.ts";

/** What is compared. */
export interface HalfTraining extends Division {
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Absent, where it is one that a file cannot hold: then no posterior is known. */
  readonly prior?: Prior | undefined;
  /** Trains on other data, with a key of its own, for some times as many epochs. */
  train(key: Key, dataset: Dataset, stretch: number): Promise<Artifact>;
  /** Rows of the dataset that were set aside, where the key does not tell. */
  readonly held?: Uint32Array;
  /** How a surrogate fares. @default {in nats} */
  readonly judge?: Judge;
}

/** Observations whose posteriors are compared, and draws of each. */
const OBSERVATIONS = 5;
const DRAWS = 500;
/** A gain that is worth a word. */
const WORTH = 0.01;

/**
 * Trains on half of what the first member was trained on, for as many epochs and for as many steps, and
 * says how all three fare on simulations that none has seen.
 *
 * @param key That of the first member's training.
 */
export async function halfAdvice(key: Key, artifact: Artifact, plan: HalfTraining): Promise<string[]> {
  const { dataset, engine, prior, judge = IN_NATS } = plan;
  const { trials = 1 } = dataset;
  const { held = heldOutRows(key, dataset.theta.n, { ...plan, trials }) } = plan;
  const unseen = new Set(held);
  // Every second row: of several rounds some of each.
  const seen = Array.from({ length: dataset.theta.n }, (_, i) => i).filter((i) => !unseen.has(i));
  const rows = seen.filter((_, k) => Math.floor(k / trials) % 2 === 0);
  const [forTraining, forDraws] = split(foldIn(key, dataset.theta.n), 2);
  const few = rowsOf(dataset, rows);
  const trained = [
    await plan.train(forTraining, few, 1),
    await plan.train(forTraining, few, 2),
    membersOf(artifact)[0]!,
  ] as const;
  const { failed, failedTheta } = dataset;
  const pairs = {
    theta: gatherRows(dataset.theta, held),
    x: gatherRows(dataset.x, held),
    failedTheta,
    failing: failedTheta ? failed / (dataset.theta.n / trials + failed) : 0,
  };
  const [brief, long, full] = await Promise.all(trained.map((one) => judge.scores(one, pairs, engine)));
  const bySteps = gainOf(brief!, long!);
  const bySimulations = gainOf(long!, full!);
  const change = prior
    ? await changeOf(forDraws, [trained[1], trained[2]], { x: pairs.x, engine, prior })
    : "";
  return [
    `Beside ${seen.length / trials} simulations ${rows.length / trials} were trained on: ` +
    `twice the simulations, in as many steps, gained ${shown(bySimulations)} ${
      judge.unit(trials)
    }, twice the steps ${shown(bySteps)}${change}. ` +
    verdict(bySteps, bySimulations),
  ];
}

function verdict(bySteps: MeanAndError, bySimulations: MeanAndError): string {
  const levers = [
    ...(isGain(bySteps) ? [{ name: "longer training (maxEpochs)", gain: bySteps.mean }] : []),
    ...(isGain(bySimulations) ? [{ name: "more simulations", gain: bySimulations.mean }] : []),
  ].sort((a, b) => b.gain - a.gain).map(({ name }) => name);
  if (levers.length > 0) return `What helps: ${levers.join(", then ")}`;
  return "Neither helps much: where calibration is wrong, another network, members or another method may";
}

function isGain({ mean, error }: MeanAndError): boolean {
  return mean > Math.max(2 * error, WORTH);
}

function shown({ mean, error }: MeanAndError): string {
  return `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}

/** How much better pair by pair, where both are finite. */
function gainOf(before: Float64Array, after: Float64Array): MeanAndError {
  return meanAndError(after.map((score, i) => score - before[i]!).filter(Number.isFinite));
}

/** Some rows, and as large a share of those that failed. */
function rowsOf({ theta, x, score, failed, failedTheta, trials }: Dataset, rows: readonly number[]): Dataset {
  const share = rows.length / theta.n;
  return {
    theta: gatherRows(theta, rows),
    x: gatherRows(x, rows),
    ...(score && { score: gatherRows(score, rows) }),
    ...(trials && { trials }),
    failed: Math.round(share * failed),
    ...(failedTheta && { failedTheta: gatherRows(failedTheta, spread(failedTheta.n, share)) }),
  };
}

/** So many of n rows, evenly spread; one at least. */
function spread(n: number, share: number): number[] {
  const count = Math.max(1, Math.round(share * n));
  return Array.from({ length: count }, (_, k) => Math.floor(k * n / count));
}

/** How posteriors differ, in words: shifts in sd, and the mean change of log sd, over parameters and observations. */
async function changeOf(
  key: Key,
  [half, full]: readonly [Artifact, Artifact],
  { x, engine, prior }: { readonly x: Points; readonly engine: Engine; readonly prior: Prior },
): Promise<string> {
  const n = Math.min(OBSERVATIONS, x.n);
  const some = gatherRows(x, Array.from({ length: n }, (_, i) => i));
  const ask = (artifact: Artifact) =>
    drawMany(split(key, n), artifact, some, { draws: DRAWS, engine, prior });
  const [before, after] = [await ask(half), await ask(full)];
  const differences = before.flatMap((draws, i) => {
    if (draws.length === 0 || after[i]!.length === 0) return [];
    const now = summary(after[i]!);
    return summary(draws).map(({ mean, sd }, j) => ({
      moved: Math.abs(now[j]!.mean - mean) / now[j]!.sd,
      wider: Math.log(now[j]!.sd / sd),
    }));
  });
  const average = (of: (d: typeof differences[number]) => number) =>
    differences.reduce((sum, d) => sum + of(d) / differences.length, 0);
  return `; with the simulations posteriors moved by ${
    average(({ moved }) => moved).toFixed(2)
  } sd, and widths ` +
    `changed by ${(100 * Math.expm1(average(({ wider }) => wider))).toFixed(0)} %`;
}
