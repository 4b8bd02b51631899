// A telescoped loss for the one training loop: minibatches bring the other levels along, and an engine that
// knows only plain steps is asked for several gradients at once.

import {
  type Batch,
  type Dataset,
  drawPermutation,
  type Engine,
  foldIn,
  type Key,
  type Loss,
  stream,
  type TrainPlan,
  type TrainStep,
  UnsupportedError,
} from "@likely/core";
import type { LevelRows, Telescope } from "@likely/multilevel";

/** A minibatch of the highest level, and all batches that a step is taken on. */
export interface TelescopedBatch extends Batch {
  /** Level 0, and of every higher level the fine and the coarse half; or whatever a step is taken on. */
  readonly parts: readonly Batch[];
}

/** Where other levels' rows of a minibatch come from. */
export interface OtherLevels {
  /** All levels; the last one's fine rows are the data of the loop. */
  readonly levels: readonly LevelRows[];
  /** Rows of each of the lower levels in a minibatch. */
  readonly batchSize: number;
}

/** The loss of pairs: both halves are assembled with one key, and differ in x alone. */
export function telescopedLoss(loss: Loss, { levels, batchSize }: OtherLevels): Loss {
  const top = levels.length - 1;
  const halves = levels.map(({ theta, fine, coarse }): readonly [Dataset, Dataset | undefined] => [
    { theta, x: fine, failed: 0 },
    coarse && { theta, x: coarse, failed: 0 },
  ]);
  return {
    ...loss,
    assemble: (key, data, rows): TelescopedBatch => {
      const parts = halves.flatMap(([fine, coarse], l) => {
        const own = l === top ? key : foldIn(key, l);
        const chosen = l === top ? rows : someRows(foldIn(own, 1), fine.theta.n, batchSize);
        // The loop's data are the highest level's fine rows.
        return [
          loss.assemble(own, l === top ? data : fine, chosen),
          ...coarse ? [loss.assemble(own, coarse, chosen)] : [],
        ];
      });
      return { ...parts.at(-2)!, parts };
    },
  };
}

/** The loss on other rows than the loop's, whose own are what it is judged by. */
export function lossOnRows(loss: Loss, others: Dataset, batchSize: number): Loss {
  return {
    ...loss,
    assemble: (key, data, rows): TelescopedBatch => ({
      ...loss.assemble(key, data, rows),
      parts: [loss.assemble(foldIn(key, 1), others, someRows(foldIn(key, 2), others.theta.n, batchSize))],
    }),
  };
}

function someRows(key: Key, n: number, size: number): Uint32Array {
  if (size >= n) return Uint32Array.from({ length: n }, (_, i) => i);
  const random = stream(key);
  // A permutation of many rows for a few of them would cost more than the step.
  if (n > 50 * size) return Uint32Array.from({ length: size }, () => Math.floor(random.uniform() * n));
  return drawPermutation(random, n).slice(0, size);
}

/** What is asked in every step. */
export interface Conductor {
  /** How gradients are combined in the step after so many. */
  telescope(steps: number): Telescope;
  /** Told the losses of the parts before the step. */
  heard?(losses: readonly number[]): void;
}

/** An engine whose steps are on the parts of a batch; it is judged as it was. */
export function telescopingEngine(engine: Engine, conductor: Conductor): Engine {
  return { ...engine, trainStep: async (plan) => steps(await engine.trainStep(plan), plan, conductor) };
}

function steps(inner: TrainStep, plan: TrainPlan, { telescope, heard }: Conductor): TrainStep {
  let taken = plan.state.steps;
  const { stepOn } = inner;
  if (!stepOn) {
    inner[Symbol.dispose]();
    throw new UnsupportedError(
      `Cannot train on levels as the engine ${inner.name} takes steps on one batch only`,
    );
  }
  return {
    get name() {
      return inner.name;
    },
    step: (batch, learningRate) => {
      const { parts } = batch as TelescopedBatch;
      const { combine, value } = telescope(taken++);
      const told = (losses: readonly number[]) => {
        heard?.(losses);
        return value(losses);
      };
      const losses = stepOn.call(inner, parts, combine, learningRate);
      return losses instanceof Promise ? losses.then(told) : told(losses);
    },
    evaluate: (batch) => inner.evaluate(batch),
    state: () => inner.state(),
    [Symbol.dispose]: () => inner[Symbol.dispose](),
  };
}
