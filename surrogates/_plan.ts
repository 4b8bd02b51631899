import {
  type Batch,
  checkWeights,
  type Dataset,
  foldIn,
  gatherRows,
  initWeights,
  type Key,
  type Points,
  points,
  split,
} from "@likely/core";
import type { Scaling, TrainState } from "@likely/core";
import { requireData } from "./require_data.ts";
import { requireTraining, rowsDivided } from "./require_training.ts";
import { batchKey, minibatches, pieces, splitRows } from "./_rows.ts";
import type { TrainingCheckpoint, TrainingIdentity } from "./checkpoint.ts";
import { scalingFor } from "./scaling_for.ts";
import type { TrainOptions } from "./train_options.ts";

/** The options of the loop, none left open; `Infinity` is "no limit" and "never". */
export type LoopSettings = Required<
  Pick<TrainOptions, "learningRate" | "schedule" | "patience" | "maxEpochs" | "clipNorm" | "checkpointEvery">
>;

/** A training run, decided: everything random follows from the key and these numbers. */
export interface TrainingPlan {
  readonly about: TrainingIdentity;
  readonly settings: LoopSettings;
  readonly scaling: Scaling;
  readonly batchesPerEpoch: number;
  /** Where a run that does not resume starts. */
  start(): TrainState;
  /** Minibatches of an epoch, by row. */
  rowsOf(epoch: number): readonly Uint32Array[];
  /** One of them, paired. */
  batch(epoch: number, index: number, rows: Uint32Array): Batch;
  /** The rows set aside, paired once and for all. */
  readonly validation: readonly Batch[];
}

/** Checks data and options and decides the run. */
export function planTraining(key: Key, data: Dataset, options: TrainOptions): TrainingPlan {
  const { spec, loss, logTheta, scaling, validationFraction = 0.1, validationPairings = 1 } = options;
  const settings = loopSettings(options);
  requireData(data, spec, scaling?.theta.log ?? logTheta);
  const { trials } = data;
  const division = { ...options, ...(trials && { trials }) };
  requireTraining(division, data.theta.n);
  const [forSplit, forWeights, forOrder, forPairs, forValidation] = split(key, 5);
  const { train, validation } = splitRows(
    forSplit,
    data.theta.n,
    rowsDivided(data.theta.n, division).aside,
    trials,
  );
  const { batchSize = Math.min(200, train.length) } = options;
  const [failedTrained, failedAside] = divideFailed(
    // A number that no epoch has.
    foldIn(forOrder, 2 ** 32 - 1),
    data,
    validation.length / data.theta.n,
  );
  return {
    about: {
      key,
      spec,
      loss: { name: loss.name, options: loss.options },
      rows: data.theta.n,
      ...(trials && { trials }),
      batchSize,
      validationFraction,
      ...(logTheta && { logTheta }),
      ...(scaling && { scaling }),
      ...(validationPairings !== 1 && { validationPairings }),
    },
    settings,
    scaling: scaling ?? scalingFor(spec, {
      theta: join(gatherRows(data.theta, train), failedTrained.failedTheta),
      x: gatherRows(data.x, train),
      failed: 0,
    }, logTheta ? { theta: { log: logTheta } } : {}),
    batchesPerEpoch: Math.floor(train.length / batchSize),
    start: () => ({ weights: options.start ?? initWeights(forWeights, spec), steps: 0 }),
    rowsOf: (epoch) => minibatches(foldIn(forOrder, epoch), train, batchSize),
    batch: (epoch, index, rows) => loss.assemble(batchKey(forPairs, epoch, index), failedTrained, rows),
    validation: Array.from(
      { length: validationPairings },
      () => pieces(validation, batchSize, loss.fewestRows),
    )
      .flat()
      .map((rows, i) => loss.assemble(foldIn(forValidation, i), failedAside, rows)),
  };
}

/** Parameters that failed are met in training or in validation, as those that succeeded are. */
function divideFailed(key: Key, data: Dataset, share: number): readonly [Dataset, Dataset] {
  const { failedTheta } = data;
  if (!failedTheta || failedTheta.n < 2) return [data, data];
  const aside = Math.max(1, Math.min(failedTheta.n - 1, Math.round(share * failedTheta.n)));
  const { train, validation } = splitRows(key, failedTheta.n, aside);
  const part = (rows: Uint32Array) => ({ ...data, failedTheta: gatherRows(failedTheta, rows) });
  return [part(train), part(validation)];
}

function join(above: Points, below: Points | undefined): Points {
  return below ? points(new Float64Array([...above.data, ...below.data]), above.dim) : above;
}

/** Fills in the options that only the loop reads. */
function loopSettings(options: TrainOptions): LoopSettings {
  const {
    learningRate = 5e-4,
    schedule = "constant",
    patience = 20,
    maxEpochs = 1000,
    clipNorm = 5,
    checkpointEvery = Infinity,
  } = options;
  return { learningRate, schedule, patience, maxEpochs, clipNorm, checkpointEvery };
}

/** Requires a checkpoint to be of this very run and whole. */
export function requireSameRun(about: TrainingIdentity, resumed: TrainingCheckpoint): void {
  const names = new Set([...Object.keys(about), ...Object.keys(resumed.about)]);
  for (const name of names as Set<keyof TrainingIdentity>) {
    const [here, there] = [stable(about[name]), stable(resumed.about[name])];
    if (here === there) continue;
    throw new RangeError(
      `Cannot resume training as ${name} must be the checkpoint's, ${there}: current value is ${here}`,
    );
  }
  const { weights, firstMoment, secondMoment, average } = resumed.state;
  for (const side of [weights, firstMoment, secondMoment, average, resumed.best?.weights]) {
    if (side) checkWeights(about.spec, side);
  }
}

/** JSON with sorted names: the same data gives the same text. */
function stable(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  ) ?? "none";
}
