// One run of the ACE benchmark: a task, a key and a number of simulations; every observation, every β,
// every baseline.

import {
  type Artifact,
  type Dataset,
  drawPermutation,
  foldIn,
  fromRows,
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
} from "@likely/core";
import { c2st } from "@likely/diagnostics";
import { ACE_PAPER, defaultEngine, posterior, trainCost, type TrainCostOptions } from "@likely/sbi";
import { type CostTask, gridPosterior, observations } from "@likely/simulators";
import { abc, bayes } from "./_ace_baselines.ts";
import { forest } from "./_forest.ts";

/** What a run is told; a stored result counts only if all of it is the same. */
export interface AceSettings {
  /** Simulations to train on. */
  readonly simulations: number;
  /** Seed of the run. */
  readonly key: number;
  /** The original network and schedule, or ours. */
  readonly preset: "default" | "paper";
  /** Over θ: `"grid"` in one and two dimensions, exactly; `"mcmc"` everywhere. */
  readonly sampler: "grid" | "mcmc";
  /** Posterior draws for each observation. */
  readonly draws: number;
  /** Rows a side of C2ST; 0 for none. */
  readonly c2stRows: number;
}

/** Which observations. */
export type Kind = "wellSpecified" | "misspecified";

/** The ten observations of one kind at one β. */
export interface AceCell {
  readonly kind: Kind;
  readonly beta: number;
  /** By method: mean distance of fresh simulations, one number an observation. */
  readonly distance: Readonly<Record<"exact" | "ace" | "abc", readonly number[]>>;
  /** Of ACE's draws against exact ones. */
  readonly c2st: readonly number[];
  /** Between learned and exact cost, at ACE's draws. */
  readonly correlation: readonly number[];
  /** Mean squared difference of the two, at the same draws. */
  readonly costMse: readonly number[];
}

/** All that a run found. */
export interface AceResult {
  readonly task: string;
  readonly settings: AceSettings;
  /** Wall time; `sample` is for ten observations at one β. */
  readonly seconds: Readonly<Record<"simulate" | "train" | "sample", number>>;
  readonly epochs: number;
  readonly cells: readonly AceCell[];
  /** Mean distance under the exact Bayesian posterior; empty where there is none. */
  readonly bayes: Readonly<Record<Kind, readonly number[]>>;
}

/** Simulates, trains, samples and measures. */
export async function aceRun(task: CostTask, settings: AceSettings): Promise<AceResult> {
  const [forData, forKnown, forTraining, forCells, forBayes] = split(seed(settings.key), 5) as Key[] as
    & [Key, Key, Key, Key]
    & Key[];
  const seconds = { simulate: 0, train: 0, sample: 0 };
  const dataset = await clocked(seconds, "simulate", () => simulate(forData, task, settings.simulations));
  const { artifact, history } = await clocked(
    seconds,
    "train",
    () => train(forTraining, task, dataset, knownObservations(forKnown, task), settings.preset),
  );
  const cells: AceCell[] = [];
  for (const kind of KINDS) {
    for (const beta of task.betas) {
      const key = foldIn(forCells, cells.length);
      cells.push(await aceCell(key, { task, settings, dataset, artifact, seconds, kind, beta }));
    }
  }
  seconds.sample /= cells.length;
  return {
    task: task.name,
    settings,
    seconds,
    epochs: history.train.length,
    cells,
    bayes: bayesDistances(forBayes!, task, settings.draws),
  };
}

export const KINDS = ["wellSpecified", "misspecified"] as const;

async function clocked<T, K extends string>(
  seconds: Record<K, number>,
  what: K,
  call: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const result = await call();
  seconds[what] += (performance.now() - start) / 1000;
  return result;
}

/** The twenty observations that training sees, as in the paper; none is tested on. */
function knownObservations(key: Key, task: CostTask): Points {
  const [forWell, forMisspecified] = split(key, 2);
  const well = observations(forWell, task);
  const outside = observations(forMisspecified, task, { misspecified: true });
  return points(new Float64Array([...well.data, ...outside.data]), well.dim);
}

function train(key: Key, task: CostTask, dataset: Dataset, known: Points, preset: AceSettings["preset"]) {
  const options: TrainCostOptions = {
    // 200 simulations are fewer than the paper's batch.
    ...(preset === "paper" && { ...ACE_PAPER, batchSize: Math.min(500, Math.floor(0.9 * dataset.theta.n)) }),
    distance: task.distance,
    observations: known,
    // Ours knows the discrepancy's shape in x and needs no embedding.
    ...(preset === "paper" && task.name === "gaussian_mixture_ace" && { embedding: POINTS_EMBEDDING }),
  };
  const pairs = { simulator: task.simulator.name, prior: task.prior.spec, dataset };
  return trainCost(key, pairs, options);
}

/** The paper's: each point by itself, then their sum. */
const POINTS_EMBEDDING: NonNullable<TrainCostOptions["embedding"]> = {
  kind: "set",
  element: 2,
  each: [50, 20],
  pool: "sum",
  hidden: [100],
  out: 20,
  activation: "relu",
};

interface CellPlan {
  readonly task: CostTask;
  readonly settings: AceSettings;
  readonly dataset: Dataset;
  readonly artifact: Artifact;
  readonly seconds: Record<"sample", number>;
  readonly kind: Kind;
  readonly beta: number;
}

async function aceCell(key: Key, plan: CellPlan): Promise<AceCell> {
  const { task, settings, dataset, kind, beta } = plan;
  const found = { exact: [] as number[], ace: [] as number[], abc: [] as number[] };
  const judged = { c2st: [] as number[], correlation: [] as number[], costMse: [] as number[] };
  const rows = task.observations[kind];
  for (let i = 0; i < rows.n; i++) {
    const x = row(rows, i);
    const [forExact, forAce, forAbc, forTest] = split(foldIn(key, i), 4) as Key[] as [Key, Key, Key, Key];
    const exact = task.generalizedPosterior(x, beta).sample(split(forExact, 2)[0], settings.draws);
    const { draws, cost } = await sampleAce(split(forAce, 2)[0], x, plan);
    found.exact.push(predictiveDistance(split(forExact, 2)[1], task, exact, x));
    found.ace.push(predictiveDistance(split(forAce, 2)[1], task, draws, x));
    const accepted = abc(split(forAbc, 2)[0], { task, dataset, x, beta });
    found.abc.push(predictiveDistance(split(forAbc, 2)[1], task, accepted, x));
    const truth = task.cost(draws, x);
    judged.correlation.push(correlation(truth, cost));
    judged.costMse.push(mean(truth.map((value, k) => (value - cost[k]!) ** 2)));
    if (settings.c2stRows > 0) judged.c2st.push(await twoSample(forTest, exact, draws, settings.c2stRows));
  }
  return { kind, beta, distance: found, ...judged };
}

/** Draws from ACE's posterior, and the learned cost at each. */
async function sampleAce(
  key: Key,
  x: Float64Array,
  plan: CellPlan,
): Promise<{ draws: Points; cost: Float64Array }> {
  const { task, settings: { sampler, draws: n }, artifact, seconds, beta } = plan;
  const observed = fromRows([x]);
  const draws = await clocked(seconds, "sample", async () => {
    if (sampler === "mcmc" || task.prior.dim > 2) {
      using given = await posterior(artifact, observed, { beta, ...CHAINS });
      const { values, names } = await given.sample(key, n);
      return points(values.slice(0, n * names.length), names.length);
    }
    using output = await defaultEngine().logDensity(artifact, observed);
    const logFit = (theta: Points) =>
      output.evaluate(theta, { gradient: false }).value.map((value) => -beta * value);
    return gridPosterior(task.prior, logFit, GRIDS[task.prior.dim]).sample(key, n);
  });
  using output = await defaultEngine().logDensity(artifact, observed);
  return { draws, cost: output.evaluate(draws, { gradient: false }).value };
}

// A call of the network costs little more for ten points than for four; costs are smooth and easily learned.
const CHAINS = { chains: 10, warmup: 250 };

/** By dimension. A network is dear to evaluate where an exact cost is cheap: fewer cells than usual. */
const GRIDS: readonly { readonly cells: number; readonly maxNodes: number }[] = [
  { cells: 1, maxNodes: 1 },
  { cells: 1000, maxNodes: 2000 },
  { cells: 64, maxNodes: 16_000 },
];

/** Mean distance to x of one fresh simulation at each row. */
export function predictiveDistance(key: Key, task: CostTask, theta: Points, x: Float64Array): number {
  return mean(task.distance.between(task.simulator.simulate(key, theta), fromRows([x])));
}

function bayesDistances(key: Key, task: CostTask, draws: number): Record<Kind, number[]> {
  const of = (kind: Kind, key: Key) => {
    const rows = task.observations[kind];
    return Array.from({ length: rows.n }, (_, i) => {
      const [forDraws, forX] = split(foldIn(key, i), 2);
      const exact = bayes(task, kind, row(rows, i))?.sample(forDraws, draws);
      return exact ? [predictiveDistance(forX, task, exact, row(rows, i))] : [];
    }).flat();
  };
  const [forWell, forMisspecified] = split(key, 2);
  return { wellSpecified: of("wellSpecified", forWell), misspecified: of("misspecified", forMisspecified) };
}

function twoSample(key: Key, reference: Points, draws: Points, n: number): Promise<number> {
  const [forReference, forDraws, forTest] = split(key, 3);
  // Chains are ordered in time: rows are taken from all over them; none twice, or a forest would know it.
  const some = (key: Key, all: Points) => gatherRows(all, drawPermutation(stream(key), all.n).subarray(0, n));
  return c2st(forTest, some(forReference, reference), some(forDraws, draws), { train: forest() });
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  const product = (p: Float64Array, cp: number, q: Float64Array, cq: number) =>
    mean(p.map((value, k) => (value - cp) * (q[k]! - cq)));
  return product(a, centreA, b, centreB) /
    Math.sqrt(product(a, centreA, a, centreA) * product(b, centreB, b, centreB));
}
