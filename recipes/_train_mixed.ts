// Training of a density of categories and numbers: two trainings, one surrogate.

import {
  choicesOf,
  type Dataset,
  type Key,
  type LearningCurves,
  mixedScaling,
  type MixedSpec,
  numbersOf,
  type Scaling,
  split,
  type Weights,
  withChoices,
} from "@likely/core";
import { nll } from "@likely/losses";
import { train, type Trained, type TrainOptions } from "@likely/surrogates";

/** How both are trained; the loss is the numbers'. */
export interface MixedTraining extends Omit<TrainOptions, "spec" | "scaling"> {
  readonly spec: MixedSpec;
  readonly scaling: Scaling;
}

/**
 * Trains the choice and then the numbers given it. Progress and checkpoints are of the second, which takes
 * longer; the first is trained anew where the second is resumed, to the same bits.
 */
export async function trainMixed(key: Key, dataset: Dataset, options: MixedTraining): Promise<Trained> {
  const { spec, scaling, loss, ...how } = options;
  const { categories } = spec;
  const [forChoice, forNumbers] = split(key, 2);
  const { score: _, ...rest } = dataset;
  const choices = choicesOf(categories, dataset.x);
  const numbers = numbersOf(categories, dataset.x);
  const units = mixedScaling(categories, scaling);
  const { resume: __, onCheckpoint: ___, onProgress: ____, checkpointEvery: _____, ...silent } = how;
  const choice = await train(forChoice, { ...rest, x: choices }, {
    ...numbers ? silent : how,
    spec: spec.choice,
    scaling: units.choice,
    loss: nll(),
  });
  const all = { ...choice, spec, scaling, key };
  if (!numbers || !spec.numbers) return { ...all, weights: named("choice", choice.weights) };
  const given = await train(
    forNumbers,
    { ...rest, theta: withChoices(categories, dataset.theta, choices), x: numbers },
    { ...how, spec: spec.numbers, scaling: units.numbers, loss },
  );
  return {
    ...all,
    weights: { ...named("choice", choice.weights), ...named("numbers", given.weights) },
    loss: given.loss,
    history: {
      train: added(choice.history.train, given.history.train),
      validation: added(choice.history.validation, given.history.validation),
    } satisfies LearningCurves,
    best: { loss: choice.best.loss + given.best.loss, epoch: given.best.epoch },
    epochs: Math.max(choice.epochs, given.epochs),
    steps: choice.steps + given.steps,
    stopped: given.stopped,
  };
}

/** Losses of both, epoch by epoch; of the one that was done first its last. */
function added(a: readonly number[], b: readonly number[]): number[] {
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, e) => (a[e] ?? a.at(-1)!) + (b[e] ?? b.at(-1)!),
  );
}

function named(part: string, weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [`${part}/${name}`, weight]));
}
