import {
  type LearningCurves,
  TrainingError,
  type TrainState,
  type TrainStep,
  type Weights,
} from "@likely/core";
import { requireSameRun, type TrainingPlan } from "./_plan.ts";
import type { TrainingCheckpoint } from "./checkpoint.ts";
import { scheduledRate } from "./scheduled_rate.ts";
import type { Trained, TrainOptions } from "./train_options.ts";

/** Milliseconds of computing between two looks at the event loop. */
const BREATH = 50;
/** Milliseconds that steps under way at once take: a run that is aborted is to end soon. */
const HORIZON = 500;

/** A run under way: the only thing in training that changes. Owns the engine's step. */
export class TrainingRun implements Disposable {
  readonly #plan: TrainingPlan;
  readonly #options: TrainOptions;
  readonly #step: TrainStep;
  readonly #train: number[];
  readonly #validation: number[];
  readonly #termWeights: (readonly number[])[];
  readonly #startedAt = performance.now();
  readonly #stepsBefore: number;
  #breath = performance.now();
  /** Steps that are taken at once: one, until it is known what they cost. */
  #pace = 1;
  #batch: number;
  #lossSum: number;
  /** Optimizer steps taken, resumed ones included. */
  steps: number;
  /** Where to go on if the device is lost that computes steps. */
  kept: TrainingCheckpoint | undefined;
  /** The best weights so far. */
  best: TrainingCheckpoint["best"] & object | undefined;

  private constructor(plan: TrainingPlan, options: TrainOptions, step: TrainStep) {
    const { resume } = options;
    this.#plan = plan;
    this.#options = options;
    this.#step = step;
    this.#train = [...resume?.history.train ?? []];
    this.#validation = [...resume?.history.validation ?? []];
    this.#termWeights = [...resume?.history.termWeights ?? []];
    this.#batch = resume?.batch ?? 0;
    this.#lossSum = resume?.lossSum ?? 0;
    this.steps = this.#stepsBefore = resume?.state.steps ?? 0;
    this.best = resume?.best;
    this.kept = resume;
  }

  /** Prepares the engine, at the start or where the checkpoint left off. */
  static async begin(plan: TrainingPlan, options: TrainOptions): Promise<TrainingRun> {
    const { engine, spec, loss, resume } = options;
    const { clipNorm } = plan.settings;
    const { average, thin } = options;
    if (resume) requireSameRun(plan.about, resume);
    const step = await engine.trainStep({
      spec,
      loss,
      scaling: plan.scaling,
      state: resume?.state ?? plan.start(),
      ...(clipNorm !== Infinity && { clipNorm }),
      ...(average !== undefined && { average }),
      ...(thin !== undefined && { thin }),
      rows: plan.validation.reduce((most, { x }) => Math.max(most, x.n), plan.about.batchSize),
    });
    return new TrainingRun(plan, options, step);
  }

  get engine(): string {
    return this.#step.name;
  }

  get history(): LearningCurves {
    return {
      train: [...this.#train],
      validation: [...this.#validation],
      ...(this.#termWeights.length > 0 && { termWeights: [...this.#termWeights] }),
    };
  }

  /** What a loss must fall below to be the best. */
  get #bar(): number {
    const { startMargin = 0 } = this.#options;
    // Only weights that were given are the best of epoch 0.
    return (this.best?.loss ?? Infinity) * (this.best?.epoch === 0 ? 1 - startMargin : 1);
  }

  get #epoch(): number {
    return this.#validation.length;
  }

  /**
   * Epochs since the best that count towards patience. Where weights are averaged, rows set aside that fare
   * no worse than those trained on tell that nothing is learned by heart yet: what a lower rate will bring is
   * still to come.
   */
  get #waited(): number {
    const { epoch } = this.best!;
    if (this.#options.average === undefined) return this.#epoch - epoch;
    return this.#validation.slice(epoch).filter((loss, k) => loss > this.#train[epoch + k]!).length;
  }

  /** Runs epochs until one of the reasons to stop. */
  async toEnd(): Promise<Trained["stopped"]> {
    const { patience, maxEpochs } = this.#plan.settings;
    const { start, resume } = this.#options;
    // Weights that were given must be bettered.
    if (start && !resume) this.best = { weights: start, loss: await this.#validationLoss(), epoch: 0 };
    while (true) {
      if (this.best && this.#waited >= patience) return "patience";
      if (this.#epoch >= maxEpochs) return "maxEpochs";
      if (!await this.#epochOrAbort()) {
        await this.#checkpoint();
        // Stopped before there was anything to compare: what there is is the best.
        this.best ??= { weights: await this.#weights(), loss: await this.#validationLoss(), epoch: 0 };
        return "signal";
      }
      await this.#endEpoch();
    }
  }

  /** Takes the steps of an epoch that are left; false if aborted on the way. */
  async #epochOrAbort(): Promise<boolean> {
    const { settings, batchesPerEpoch, rowsOf } = this.#plan;
    const { checkpointEvery } = settings;
    const { signal } = this.#options;
    const rows = rowsOf(this.#epoch);
    while (this.#batch < batchesPerEpoch) {
      await this.#breathe();
      if (signal?.aborted) return false;
      const untilCheckpoint = checkpointEvery - this.steps % checkpointEvery;
      const many = Math.min(this.#pace, batchesPerEpoch - this.#batch, untilCheckpoint);
      const start = performance.now();
      const [batch, step] = [this.#batch, this.steps];
      const steps = Array.from({ length: many }, (_, k) => this.#take(rows, batch + k, step + k));
      for (const loss of await Promise.all(steps)) this.#count(loss);
      const each = (performance.now() - start) / many;
      this.#pace = Math.max(1, Math.min(this.#ahead, Math.floor(HORIZON / each)));
      if (this.steps % checkpointEvery === 0) await this.#checkpoint();
    }
    return true;
  }

  /** Calls of the step that may be under way at once. */
  get #ahead(): number {
    return this.#step.ahead ?? 1;
  }

  #take(rows: readonly Uint32Array[], batch: number, step: number): number | Promise<number> {
    const { settings: { learningRate, schedule, maxEpochs }, batchesPerEpoch } = this.#plan;
    const totalSteps = maxEpochs * batchesPerEpoch;
    const rate = scheduledRate(schedule, { learningRate, step, totalSteps });
    return this.#step.step(this.#plan.batch(this.#epoch, batch, rows[batch]!), rate);
  }

  #count(loss: number): void {
    this.#requireFinite("the training loss", loss);
    this.#lossSum += loss;
    this.#batch++;
    this.steps++;
  }

  async #endEpoch(): Promise<void> {
    const loss = await this.#validationLoss();
    const isBest = loss < this.#bar;
    // Copying the state costs: not in every epoch, unless its weights of terms are wanted.
    const adapts = (this.#options.loss.aid?.weighting.rule ?? "fixed") !== "fixed";
    const state = isBest || adapts ? await this.#step.state() : undefined;
    if (state?.termWeights) this.#termWeights.push(state.termWeights);
    this.#train.push(this.#lossSum / this.#batch);
    this.#validation.push(loss);
    this.#batch = 0;
    this.#lossSum = 0;
    // The epoch counts once its loss is pushed.
    if (isBest) this.best = { weights: trainedOf(state!), loss, epoch: this.#epoch };
    await this.#checkpoint();
    this.#report();
  }

  async #weights(): Promise<Weights> {
    return trainedOf(await this.#step.state());
  }

  /** The mean over rows, piece by piece. */
  async #validationLoss(): Promise<number> {
    const { validation } = this.#plan;
    let sum = 0;
    let rows = 0;
    for (let first = 0; first < validation.length; first += this.#ahead) {
      await this.#breathe();
      const some = validation.slice(first, first + this.#ahead);
      const losses = await Promise.all(some.map((batch) => this.#step.evaluate(batch)));
      for (const [k, { x: { n } }] of some.entries()) {
        sum += losses[k]! * n;
        rows += n;
      }
    }
    this.#requireFinite("the validation loss", sum);
    return sum / rows;
  }

  #requireFinite(name: string, loss: number): void {
    if (Number.isFinite(loss)) return;
    throw new TrainingError(
      `Cannot go on training as ${name} must be finite: after ${this.steps} steps it is ${loss} ` +
        "(a smaller learningRate or clipNorm may help)",
      { step: this.steps, loss, ...(this.best && { best: this.best.weights }) },
    );
  }

  async #checkpoint(): Promise<void> {
    const { onCheckpoint } = this.#options;
    const mayBeLost = this.#step.ahead !== undefined;
    if (!onCheckpoint && !mayBeLost) return;
    const checkpoint = {
      about: this.#plan.about,
      state: await this.#step.state(),
      ...(this.best && { best: this.best }),
      epoch: this.#epoch,
      batch: this.#batch,
      lossSum: this.#lossSum,
      history: this.history,
    };
    if (mayBeLost) this.kept = checkpoint;
    await onCheckpoint?.(checkpoint);
  }

  #report(): void {
    const { patience, maxEpochs } = this.#plan.settings;
    const { loss, epoch } = this.best!;
    const stepsPerSecond = (this.steps - this.#stepsBefore) / ((performance.now() - this.#startedAt) / 1000);
    const epochsLeft = Math.min(maxEpochs - this.#epoch, patience - this.#waited);
    this.#options.onProgress?.({
      epoch: this.#epoch,
      maxEpochs,
      step: this.steps,
      trainLoss: this.#train.at(-1)!,
      validationLoss: this.#validation.at(-1)!,
      best: { loss, epoch },
      stepsPerSecond,
      secondsLeft: epochsLeft * this.#plan.batchesPerEpoch / stepsPerSecond,
    });
  }

  /** Lets timers, signals and repaints through now and then. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breath < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#breath = performance.now();
  }

  [Symbol.dispose](): void {
    this.#step[Symbol.dispose]();
  }
}

/** The weights that were judged. */
function trainedOf({ weights, average }: TrainState): Weights {
  return average ?? weights;
}
