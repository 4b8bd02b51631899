// The Hodgkin-Huxley study of ACE: train a cost on simulations, draw generalized posteriors, and
// ask how far simulations at their draws are from the observations.

import {
  type Dataset,
  type Distance,
  foldIn,
  gatherRows,
  type Key,
  maeDistance,
  mean,
  type Points,
  points,
  row,
  split,
  standardisation,
} from "@likely/core";
import { posterior, trainCost, type TrainCostOptions, type TrainedCost } from "@likely/sbi";
import { hodgkinHuxley, hodgkinHuxleyTargets } from "@likely/simulators";

/** What predictive distances are made of. */
export interface Study extends TrainedCost {
  /** Mean absolute difference in standard deviations of the simulations. */
  readonly distance: Distance;
}

/** Trains the cost network; as in the original, most targets are simulations that fire moderately. */
export async function trainStudy(key: Key, dataset: Dataset, options: TrainCostOptions = {}): Promise<Study> {
  const { prior, simulator } = hodgkinHuxley();
  const distance = maeDistance({ scale: standardisation(dataset.x).std });
  const observations = repeated(hodgkinHuxleyTargets(dataset.x), TARGET_WEIGHT);
  const pairs = { simulator: simulator.name, prior: prior.spec, dataset };
  const trained = await trainCost(key, pairs, { distance, observations, ...options });
  return { ...trained, distance };
}

// With this weight two targets in three fire moderately, of the simulations one in ten.
const TARGET_WEIGHT = 20;

function repeated({ data, dim }: Points, times: number): Points {
  const out = new Float64Array(data.length * times);
  for (let k = 0; k < times; k++) out.set(data, k * data.length);
  return points(out, dim);
}

/** How near a posterior comes to one observation. */
export interface Nearness {
  /** Mean distance of simulations at draws of the posterior. */
  readonly predictive: number;
  /** What the network expected there. */
  readonly expected: number;
  /** Seconds of sampling, simulations at the draws not included. */
  readonly seconds: number;
}

/** What {@linkcode nearness} compares. */
export interface Question {
  /** Of whom. */
  readonly study: Study;
  /** `[7]`. */
  readonly observed: ArrayLike<number>;
  /** In 1 / distance. */
  readonly beta: number;
}

const DRAWS = 400;
const SIMULATED = 100;

/** Draws 400 θ, simulates at 100 of them, and takes the mean distance. */
export async function nearness(key: Key, { study, observed, beta }: Question): Promise<Nearness> {
  const { simulator } = hodgkinHuxley();
  const [forDraws, forX] = split(key, 2);
  const start = performance.now();
  // The posterior has modes whose shares chains do not find.
  using given = await posterior(study.artifact, observed, { beta, sampler: "smc", chains: 2 });
  const draws = await given.sample(forDraws, DRAWS);
  const seconds = (performance.now() - start) / 1000;
  const all = points(draws.values, simulator.thetaDim);
  const theta = gatherRows(
    all,
    Array.from({ length: SIMULATED }, (_, i) => Math.floor(i * all.n / SIMULATED)),
  );
  const target = points(Float64Array.from(observed), simulator.xDim);
  const distances = study.distance.between(simulator.simulate(forX, theta), target);
  return { predictive: mean(distances), expected: expectedCost(given, theta, beta), seconds };
}

// Back from the log density: the prior is uniform, and inside it counts a constant.
function expectedCost(
  given: { logDensity?(theta: Points): Float64Array },
  theta: Points,
  beta: number,
): number {
  const { prior } = hodgkinHuxley();
  const logPrior = prior.logDensity(theta);
  return mean(given.logDensity!(theta).map((value, i) => (logPrior[i]! - value) / beta));
}

/** Mean and sample standard deviation of the predictive distance over observations. */
export async function nearnessToAll(
  key: Key,
  { study, observations, beta }: Omit<Question, "observed"> & { readonly observations: Points },
): Promise<{ mean: number; sd: number; expected: number; seconds: number }> {
  const each: Nearness[] = [];
  for (let i = 0; i < observations.n; i++) {
    each.push(await nearness(foldIn(key, i), { study, observed: row(observations, i), beta }));
  }
  const values = each.map(({ predictive }) => predictive);
  const centre = mean(values);
  return {
    mean: centre,
    sd: Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1)),
    expected: mean(each.map(({ expected }) => expected)),
    seconds: each.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** The first rows of a run. */
export function firstRows({ theta, x }: Dataset, n: number): Dataset {
  const upTo = ({ data, dim }: Points) => points(data.slice(0, n * dim), dim);
  return { theta: upTo(theta), x: upTo(x), failed: 0 };
}
