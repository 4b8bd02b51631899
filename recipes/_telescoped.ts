// A telescoped loss for the one training loop: minibatches bring the other levels along, and an engine that
// knows only plain steps is asked for several gradients at once.

import {
  type Batch,
  type CombineGradients,
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
import type { LevelRows } from "@likely/multilevel";

/** A minibatch of the highest level, and all batches that a step is taken on, or that it is judged by. */
export interface TelescopedBatch extends Batch {
  /** Level 0, and of every higher level the fine and the coarse half; or whatever a step is taken on. */
  parts(): readonly Batch[];
  /** The same of rows that are set aside at every level, the minibatch's own at the highest; absent: itself. */
  judges?(): readonly Batch[];
}

/** Where other levels' rows of a minibatch come from. */
export interface OtherLevels {
  /** All levels; the last one's fine rows are the data of the loop, in runs of `trials` alike. */
  readonly levels: readonly LevelRows[];
  readonly trials: number;
  /** Rows of each of the lower levels in a minibatch. */
  readonly batchSize: number;
  /** Of the lower levels' rows, set aside. */
  readonly share: number;
}

/** The loss of pairs: both halves are assembled with one key, and differ in x alone. */
export function telescopedLoss(loss: Loss, { levels, trials, batchSize, share }: OtherLevels): Loss {
  const top = levels.length - 1;
  const all = levels.map(({ theta, fine, coarse }, l): Level => {
    const aside = l === top ? 0 : Math.min(theta.n - 1, Math.round(share * theta.n));
    const fineRows = { theta, x: fine, failed: 0 };
    const coarseRows = coarse && { theta, x: coarse, failed: 0 };
    return { fine: fineRows, coarse: coarseRows, aside, n: theta.n };
  });
  const assemble = (key: Key, rows: Uint32Array, judging: boolean): Batch[] =>
    all.flatMap(({ fine, coarse, aside, n }, l) => {
      const own = l === top ? key : foldIn(key, l);
      // The first rows of a level are as good as any.
      const [from, count] = judging ? [0, aside] : [aside, n - aside];
      const chosen = l === top
        ? rows
        : someRows(foldIn(own, 1), Math.max(1, count), batchSize).map((i) => from + i);
      return [loss.assemble(own, fine, chosen), ...coarse ? [loss.assemble(own, coarse, chosen)] : []];
    });
  return {
    ...loss,
    assemble: (key, data, rows): TelescopedBatch => {
      const own = rows.map((i) => Math.floor(i / trials));
      return {
        ...loss.assemble(key, data, rows),
        parts: () => assemble(key, own, false),
        judges: () => assemble(key, own, true),
      };
    },
  };
}

interface Level {
  readonly fine: Dataset;
  readonly coarse: Dataset | undefined;
  /** Rows set aside, the first ones. */
  readonly aside: number;
  readonly n: number;
}

/** The loss on other rows than the loop's, whose own are what it is judged by. */
export function lossOnRows(loss: Loss, others: Dataset, batchSize: number): Loss {
  return {
    ...loss,
    assemble: (key, data, rows): TelescopedBatch => ({
      ...loss.assemble(key, data, rows),
      parts:
        () => [loss.assemble(foldIn(key, 1), others, someRows(foldIn(key, 2), others.theta.n, batchSize))],
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
  /** How gradients are combined in the step after so many, and what the loss is then said to be. */
  telescope(steps: number): { readonly combine: CombineGradients; value(losses: readonly number[]): number };
  /** What it is judged by, of the losses of what is set aside; absent: the batch by itself. */
  judge?(losses: readonly number[]): number;
  /** Told the losses of the parts before the step. */
  heard?(losses: readonly number[]): void;
  /** Told when a loss is not finite and there are weights to go back to: training should be stopped. */
  diverged?(steps: number): void;
  /** What it has heard so far, to be kept and restored with the weights: it changes in place. */
  readonly memories?: readonly Memory[];
}

/** Numbers that are followed from step to step, all finite. */
export type Memory = Record<string, number>;

/** An engine of which every step can be taken on several batches, or it is refused: before the work. */
export function severalBatchesEngine(engine: Engine): Engine {
  return { ...engine, trainStep: async (plan) => requireSeveral(await engine.trainStep(plan)) };
}

function requireSeveral(step: TrainStep): TrainStep & Required<Pick<TrainStep, "stepOn">> {
  const { stepOn } = step;
  if (stepOn) return step as TrainStep & { stepOn: typeof stepOn };
  step[Symbol.dispose]();
  throw new UnsupportedError(
    `Cannot train on levels as the engine ${step.name} takes steps on one batch only`,
  );
}

/** An engine whose steps, and what they are judged by, are of the parts of a batch. */
export function telescopingEngine(engine: Engine, conductor: Conductor): Engine {
  return {
    ...engine,
    trainStep: async (plan) => steps(requireSeveral(await engine.trainStep(plan)), plan, conductor),
  };
}

function steps(
  inner: ReturnType<typeof requireSeveral>,
  plan: TrainPlan,
  { telescope, heard, judge, diverged, memories = [] }: Conductor,
): TrainStep {
  let taken = plan.state.steps;
  const latest = { loss: 0, isJudged: 0 };
  const all = [latest, ...memories];
  recall(all, plan.state.memory);
  return {
    get name() {
      return inner.name;
    },
    step: (batch, learningRate) => {
      const parts = (batch as TelescopedBatch).parts();
      const { combine, value } = telescope(taken++);
      const told = (losses: readonly number[]) => {
        const now = value(losses);
        if (!Number.isFinite(now) && latest.isJudged && diverged) {
          diverged(taken);
          return latest.loss;
        }
        // A loss that is not finite ends the training: it is not remembered.
        if (!Number.isFinite(now)) return now;
        heard?.(losses);
        return latest.loss = now;
      };
      const losses = inner.stepOn(parts, combine, learningRate);
      return losses instanceof Promise ? losses.then(told) : told(losses);
    },
    evaluate: (batch) => {
      latest.isJudged = 1;
      const judges = (batch as TelescopedBatch).judges?.();
      if (!judges || !judge) return inner.evaluate(batch);
      const losses = judges.map((part) => inner.evaluate(part));
      return losses.some((loss) => loss instanceof Promise)
        ? Promise.all(losses).then(judge)
        : judge(losses as number[]);
    },
    state: async () => ({ ...await inner.state(), memory: all.flatMap((one) => Object.values(one)) }),
    [Symbol.dispose]: () => inner[Symbol.dispose](),
  };
}

/** Puts back what was kept, in the order that it was kept in. */
function recall(memories: readonly Memory[], kept: readonly number[] | undefined): void {
  if (!kept) return;
  const places = memories.flatMap((memory) => Object.keys(memory).map((name) => ({ memory, name })));
  if (places.length !== kept.length) {
    throw new RangeError(
      `Cannot resume training on levels as its checkpoint must remember ${places.length} numbers: ` +
        `current number is ${kept.length}`,
    );
  }
  places.forEach(({ memory, name }, i) => memory[name] = kept[i]!);
}
