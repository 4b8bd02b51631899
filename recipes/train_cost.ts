/**
 * From simulated pairs to a trained cost surrogate.
 *
 * @module
 */

import {
  type Artifact,
  asPoints,
  type Dataset,
  type Distance,
  type EmbeddingSpec,
  type Engine,
  foldIn,
  gatherRows,
  type HeadSpec,
  type Key,
  type LearningCurves,
  type Loss,
  type MeasuringHead,
  measuringHead,
  mseDistance,
  type NetworkSpec,
  type Points,
  points,
  type Rows,
  split,
  standardisation,
  stream,
  type TrunkSpec,
  unitHead,
} from "@likely/core";
import { requireKey, requireOptions } from "@likely/core/check";
import { amortisedCost, noisyTargets, type NoisyTargetsOptions } from "@likely/losses";
import {
  freeze,
  heldOutRows,
  requireData,
  rowsDivided,
  scalingFor,
  train,
  type TrainingProgress,
  type TrainOptions,
} from "@likely/surrogates";
import { TRAIN_COST } from "./_option_names.ts";
import { shortened, withAdvice } from "./_advised.ts";
import { defaultEngine } from "./default_engine.ts";
import { costHead } from "./_cost_head.ts";
import type { CostStructure } from "./cost_structure.ts";
import { dataReference } from "./_data_reference.ts";
import type { EnsemblePlan } from "./ensemble_plan.ts";
import { halfAdvice } from "./_half.ts";
import { requireHalf } from "./_half_rows.ts";
import type { HalfPlan } from "./half_plan.ts";
import { squaredErrors } from "./_judge.ts";
import { linearStart } from "./_linear_start.ts";
import { logColumns } from "./_log_columns.ts";
import { requireObservations } from "./_require_observations.ts";
import { requirePairs } from "./_require_pairs.ts";
import { keyOfFirst, trainMembers } from "./_train_members.ts";
import type { SimulatedPairs } from "./simulated_pairs.ts";
import { trainingWarnings } from "./_training_warnings.ts";
import { versions } from "./_versions.ts";
import { networkChoice } from "./_network_choice.ts";
import { withSpreads } from "./with_spreads.ts";

/** Options of {@linkcode trainCost}: the targets', the network's, and all of {@linkcode train}'s. */
export interface TrainCostOptions
  extends
    EnsemblePlan,
    HalfPlan,
    Partial<Omit<TrainOptions, "spec" | "loss" | "logTheta" | "scaling" | "start" | "startMargin">> {
  /**
   * What is expected; β is in 1 / its unit.
   *
   * @default {mseDistance()}
   */
  readonly distance?: Distance;
  /**
   * `"quadratic"` knows that an expected mean squared difference is
   * `‖m(θ) − x‖² / p + v(θ)` and learns m and v, so that it is right for any x, however far from
   * the simulations; for the distance `"mmd"` the same holds in features of x. `"absolute"` knows
   * that an expected absolute difference `E|y − x|` is convex in x and grows as `|E y − x|` far out,
   * and learns location and scale of each column given θ, as if they were logistic: close for
   * Gaussian noise and for little noise, coarse where one θ has several outcomes. `"free"` learns
   * a function of θ and x, for any distance.
   *
   * @default {"auto"} Quadratic for the distances `"mse"` and `"mmd"` on elements of one or two
   * columns, absolute for `"mae"`, unless simulations failed or x is embedded.
   */
  readonly structure?: CostStructure;
  /**
   * `[m, p]`: observations that will be asked about, as targets.
   *
   * @default {undefined} None.
   */
  readonly observations?: Rows;
  /**
   * How many targets are simulations with noise, and how much; see {@linkcode noisyTargets}.
   *
   * @default {{ count: 100, noise: 2 }} None, where the structure is not free.
   */
  readonly noisy?: NoisyTargetsOptions;
  /**
   * Targets that each row of a minibatch meets.
   *
   * @default {2} Or 1, where the structure is not free.
   */
  readonly targetsPerRow?: number;
  /**
   * The cost of a simulation that failed.
   *
   * @default {undefined} Five times the largest distance among 5,000 random pairs.
   */
  readonly failureCost?: number;
  /**
   * `[d]`: columns of θ that the network sees on the log scale, by their lower end; `null` for the
   * others.
   *
   * @default {undefined} Parameters with a lower end and no upper one; and, from zero, positive ones
   * whose ends are a factor of ten apart or more.
   */
  readonly logTheta?: readonly (number | null)[];
  /**
   * How x is embedded before θ joins it.
   *
   * @default {undefined} x joins θ as it is.
   */
  readonly embedding?: EmbeddingSpec;
  /**
   * The network after the join; of θ alone where the structure is not free.
   *
   * @default {{ kind: "resnet", blocks: 3, width: 64, activation: "silu" }} Or, where the structure
   * is not free, `{ kind: "mlp", hidden: [64, 64, 64], activation: "silu" }`.
   */
  readonly trunk?: TrunkSpec;
  /**
   * Who trains.
   *
   * @default {defaultEngine()}
   */
  readonly engine?: Engine;
}

/** A surrogate and how its training went. */
export interface TrainedCost {
  /** The surrogate; its output is E d(x, x_o) over x ~ p(x | θ), in units of the distance. */
  readonly artifact: Artifact;
  /** Mean squared errors epoch by epoch, in squared units of the distance; so is what `onProgress` tells. */
  readonly history: LearningCurves;
  /** What speaks against the surrogate; the artifact's provenance repeats it. */
  readonly warnings: readonly string[];
}

/**
 * The network and the schedule of the original code, to be spread into options.
 *
 * Source: Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208
 */
export const ACE_PAPER: TrainCostOptions = {
  structure: "free",
  trunk: { kind: "resnet", blocks: 3, width: 64, activation: "relu" },
  noisy: { count: 100, noise: 2 },
  targetsPerRow: 2,
  validationPairings: 3,
  batchSize: 500,
  learningRate: 1e-3,
  schedule: "constant",
  clipNorm: Infinity,
  maxEpochs: 5000,
  patience: 100,
};

/**
 * Trains a network to tell the expected distance between simulations at θ and any observation:
 * the cost of θ in generalized Bayesian inference, `p(θ) exp(−β E d(x, x_o))`.
 *
 * Targets are the simulated x, noisy copies of some, and observations, if given. The head has the
 * shape that the cost is known to have in x, or is `c · softplus` with c the mean distance of random
 * pairs. The loss that remains is the noise of single simulations, not an error. Simulations that
 * failed count as costly. It is trained in units of the mean cost (of a head of another shape: of that head),
 * so that the unit of x does not matter; what comes out is in the distance's. Where several `members`
 * disagree, the data did not tell: `posterior` warns.
 *
 * Source: Gao, Deistler & Macke (2023), "Generalized Bayesian inference for scientific
 * simulators via amortized cost estimation", https://arxiv.org/abs/2305.15208
 *
 * @param key The key to consume.
 * @param pairs What was simulated.
 * @param options Distance, targets, network and training.
 * @returns The surrogate and its learning curves.
 * @throws {TypeError | RangeError} If options or data do not fit together.
 * @throws {TrainingError} If a loss is not finite.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, maeDistance, simulate, split, standardisation, trainCost, twoMoons } from "@likely/sbi";
 *
 * const { prior, simulator } = twoMoons();
 * const [forData, forTraining] = split(key(0), 2);
 * const dataset = await simulate(forData, { prior, simulator }, 500);
 * const { artifact } = await trainCost(
 *   forTraining,
 *   { simulator: simulator.name, prior: prior.spec, dataset },
 *   { distance: maeDistance({ scale: standardisation(dataset.x).std }), maxEpochs: 2 },
 * );
 * assertEquals(artifact.kind, "cost");
 * ```
 */
export async function trainCost(
  key: Key,
  pairs: SimulatedPairs,
  options: TrainCostOptions = {},
): Promise<TrainedCost> {
  requireKey("train a cost", key);
  requireOptions<TrainCostOptions>("train a cost", options, TRAIN_COST);
  const { members = 1, half = false, ...training } = options;
  const { engine = defaultEngine(), signal } = options;
  if (half) requireHalf(pairs.dataset.theta.n, training);
  const { pace, ...trained } = await trainMembers(key, options, (key) => trainOne(key, pairs, training));
  let { artifact } = trained;
  if (half && !signal?.aborted) {
    const advice = await costAdvice(keyOfFirst(key, members), artifact, pairs, { ...training, ...pace });
    // A training that was stopped tells nothing.
    if (!signal?.aborted) artifact = withAdvice(artifact, advice);
  }
  if (artifact.others) artifact = await withSpreads(foldIn(key, members), artifact, pairs, { engine });
  return { ...trained, artifact };
}

/** What twice the simulations and twice the steps have brought, in shares of the squared error. */
async function costAdvice(
  key: Key,
  artifact: Artifact,
  pairs: SimulatedPairs,
  options: Omit<TrainCostOptions, "members" | "half"> & Pace,
): Promise<string[]> {
  const { dataset } = pairs;
  const { distance = mseDistance(), engine = defaultEngine() } = options;
  const { theta: { n } } = withFailed(dataset);
  const { loss } = artifact.provenance.training;
  return await halfAdvice(key, artifact, {
    ...options,
    engine,
    dataset,
    held: heldOutRows(trainingKey(key), n, options).filter((i) => i < dataset.theta.n),
    judge: {
      scores: async (artifact, pairs, engine) => {
        const errors = await squaredErrors(artifact, pairs, engine, distance);
        return errors.map((error) => -error / loss);
      },
      unit: () => "of the squared error on simulations set aside",
    },
    train: async (key, dataset, stretch) => {
      const { artifact } = await trainOne(
        key,
        { ...pairs, dataset },
        shortened(options, withFailed(dataset).theta.n, stretch),
      );
      return artifact;
    },
  });
}

async function trainOne(
  key: Key,
  pairs: SimulatedPairs,
  options: Omit<TrainCostOptions, "members" | "half">,
): Promise<TrainedCost & { readonly pace: Pace }> {
  const { dataset, simulator } = pairs;
  const { distance = mseDistance(), engine = defaultEngine(), ...rest } = options;
  const known = requirePairs(pairs);
  if (options.observations) requireObservations(options.observations, dataset.x.dim);
  const [forPilot, forTargets, forStart] = split(key, 4);
  const pilot = pilotDistances(forPilot, dataset.x, distance);
  const costly = costHead(dataset, { ...options, distance, scale: pilot.mean });
  // Adam, the clip norm and float32 know what is small beside 1: training is in units of the usual cost.
  const { head, unit } = unitHead(costly);
  const measuring = measuringHead(head);
  const all = withFailed(dataset);
  const usual = measuring ? measuringTraining(measuring, all.x.n) : FREE_TRAINING;
  const batchSize = Math.min(usual.batchSize, rowsDivided(all.x.n, options).trained);
  const settings = { ...usual, batchSize, failureCost: 5 * pilot.largest, ...rest, distance };
  const spec = specFor(dataset, settings, head);
  const { logTheta = logColumns(known.support) } = options;
  requireData(all, spec, logTheta);
  const scaling = { ...scalingFor(spec, dataset), theta: standardisation(all.theta, { log: logTheta }) };
  const trained = await train(trainingKey(key), all, {
    ...settings,
    engine,
    spec,
    loss: lossFor(forTargets, dataset, { ...settings, unit }),
    logTheta,
    scaling,
    ...(options.onProgress && { onProgress: (at) => options.onProgress!(inUnits(at, unit)) }),
    ...(measuring && {
      start: linearStart(forStart, { ...spec, head: measuring }, dataset, scaling),
      startMargin: chanceGain(all.x.n * (settings.validationFraction ?? 0.1)),
    }),
  });
  const warnings = trainingWarnings(pairs, known, trained);
  const history = squared(trained.history, unit);
  const best = { ...trained.best, loss: trained.best.loss * unit ** 2 };
  const counted = {
    ...trained,
    spec: { ...spec, head: costly },
    history,
    best,
    simulations: dataset.theta.n,
  };
  const artifact = freeze(counted, {
    kind: "cost",
    prior: known.spec,
    simulator,
    xNames: pairs.xNames,
    versions: versions(),
    network: networkChoice(spec, {
      network: options.trunk !== undefined,
      embedding: options.embedding !== undefined,
    }),
    rounds: pairs.rounds,
    warnings,
    ...(dataset.failedTheta && { failedAs: `costly, ${settings.failureCost.toPrecision(3)} each` }),
  });
  const reference = await dataReference(artifact, dataset, engine);
  const { maxEpochs, patience } = settings;
  const pace = { batchSize: settings.batchSize, maxEpochs, patience };
  return { artifact: { ...artifact, ...reference }, history, warnings, pace };
}

/** How long a training took, which its rows may have decided. */
type Pace = Required<Pick<TrainOptions, "batchSize" | "maxEpochs" | "patience">>;

/** The last of four children: `trainOne` consumes the others. */
function trainingKey(key: Key): Key {
  return split(key, 4)[3];
}

/** Options with what has no default that fits all. */
type Settings = TrainCostOptions & Required<Pick<TrainCostOptions, "distance" | "trunk" | "targetsPerRow">>;

function specFor({ theta, x }: Dataset, { embedding, trunk }: Settings, head: HeadSpec): NetworkSpec {
  return {
    kind: "network",
    thetaDim: theta.dim,
    xDim: x.dim,
    ...(embedding && { embedding }),
    trunk,
    head,
  };
}

function lossFor(
  key: Key,
  dataset: Dataset,
  settings: Settings & { readonly unit: number },
): Loss {
  const { distance, noisy, observations, targetsPerRow, failureCost, unit } = settings;
  return amortisedCost({
    distance,
    targets: join(noisyTargets(key, dataset.x, noisy), observations && asPoints(observations)),
    targetsPerRow,
    unit,
    ...(failureCost !== undefined && { failureCost }),
    ...(dataset.failedTheta && { failedFrom: dataset.x.n }),
  });
}

/** Losses in squared units of the distance. */
function squared({ train, validation }: LearningCurves, unit: number): LearningCurves {
  const [a, b] = [train, validation].map((losses) => losses.map((loss) => loss * unit ** 2));
  return { train: a!, validation: b! };
}

function inUnits(progress: TrainingProgress, unit: number): TrainingProgress {
  const { trainLoss, validationLoss, best } = progress;
  const times = (loss: number) => loss * unit ** 2;
  return {
    ...progress,
    trainLoss: times(trainLoss),
    validationLoss: times(validationLoss),
    best: { ...best, loss: times(best.loss) },
  };
}

/** Distances of random pairs of simulations, those that are finite: what costs are about. */
function pilotDistances(key: Key, x: Points, distance: Distance): { mean: number; largest: number } {
  const random = stream(key);
  const rows = () => gatherRows(x, Uint32Array.from({ length: PILOT_PAIRS }, () => random.uniform() * x.n));
  const found = distance.between(rows(), rows()).filter(Number.isFinite);
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  if (mean > 0) return { mean, largest: found.reduce((a, b) => Math.max(a, b)) };
  throw new RangeError(
    `Cannot train a cost as the distance of simulations must be > 0 on average: current value is ${mean}`,
  );
}

/**
 * Share of the loss that n rows set aside may gain by chance, the best of many epochs. The line's
 * error is far below what so few rows can see, so it is given up for what they do see.
 */
function chanceGain(n: number): number {
  return Math.min(0.5, 0.3 / Math.sqrt(n) + 6 / n);
}

/** Failed simulations join as rows whose x means nothing. */
function withFailed(dataset: Dataset): Dataset {
  const { theta, x, failed, failedTheta } = dataset;
  if (!failedTheta) return { theta, x, failed };
  const none = points(new Float64Array(failedTheta.n * x.dim), x.dim);
  return { theta: join(theta, failedTheta), x: join(x, none), failed };
}

function join(above: Points, below: Points | undefined): Points {
  if (!below) return above;
  return points(new Float64Array([...above.data, ...below.data]), above.dim);
}

const PILOT_PAIRS = 5000;

const FREE_TRAINING = {
  trunk: { kind: "resnet", blocks: 3, width: 64, activation: "silu" },
  targetsPerRow: 2,
  validationPairings: 3,
  batchSize: 500,
  learningRate: 2e-3,
  schedule: "cosine",
  maxEpochs: 200,
  patience: 60,
} as const;

// Means of x are learned in fewer steps than functions of x, and hold for targets far and near.
const MEASURING_TRAINING = {
  trunk: { kind: "mlp", hidden: [64, 64, 64], activation: "silu" },
  targetsPerRow: 1,
  // To tell whether anything was gained over the line takes a quiet judge.
  validationPairings: 10,
  noisy: { count: 0 },
  learningRate: 2e-3,
  schedule: "cosine",
} as const;

function measuringTraining(head: MeasuringHead, rows: number) {
  // It takes steps to find where x jumps.
  if (head.kind === "absolute") return { ...MEASURING_TRAINING, ...paceFor(rows, 100, 120) };
  if (!head.features) return { ...MEASURING_TRAINING, ...paceFor(rows, 200, 60, 2700) };
  // Waves in θ take longer than lines; and there is no line to judge against.
  const slower = { learningRate: 3e-3, validationPairings: 3 };
  return { ...MEASURING_TRAINING, ...slower, ...paceFor(rows, 200, 120, 5400) };
}

/**
 * Batches of at most `largest` rows, and epochs enough for some number of steps: few rows make few
 * steps an epoch, and would be given up before anything was learned.
 */
function paceFor(rows: number, largest: number, epochs: number, steps: number = 0) {
  const batchSize = Math.min(largest, Math.max(20, Math.round(rows / 50)));
  const stepsAnEpoch = Math.max(1, Math.floor(0.9 * rows / batchSize));
  const maxEpochs = Math.max(epochs, Math.ceil(steps / stepsAnEpoch));
  return { batchSize, maxEpochs, patience: Math.ceil(maxEpochs / 2) };
}
