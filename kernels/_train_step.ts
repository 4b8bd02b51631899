// The training step of the fused engine: one call into the module for each batch.

import {
  type AdaptiveWeighting,
  averagingRate,
  type Batch,
  checkSpec,
  type CombineGradients,
  type TrainPlan,
  type TrainState,
  UnsupportedError,
} from "@likely/core";
import { weighApart } from "./_weigh.ts";
import type { FusedTrainStep } from "./fused_train_step.ts";
import { writeBatch } from "./_host_rows.ts";
import { requireBatch } from "./_require_batch.ts";
import { type Host, onRunner, type Runner } from "./_runner.ts";
import {
  AID,
  CHOSEN,
  LIMIT,
  NORM,
  OFFSET,
  RATES,
  SLOTS,
  type StepOptions,
  updateProgram,
} from "./_step_program.ts";
import { LASTING_PARTS, type LossTerms, type Trainee } from "./_trainee.ts";
import { type Train, traineeOf } from "./_trainee_of.ts";

/** Prepares training on an instance of its own. */
export async function fusedTrainStep(host: Host, plan: TrainPlan): Promise<FusedTrainStep> {
  checkSpec(plan.spec);
  const { loss, train } = traineeOf(plan);
  return await onRunner(host, (runner) => new ModuleStep(runner, plan, loss, train));
}

/** Chosen pairs are counted in so many, so that few programs serve all counts. */
const CHOSEN_GRAIN = 8;
/** From step to step choices begin by so much later: the golden section leaves no part of [0, 1) out for long. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Owns an instance of the module. */
class ModuleStep implements FusedTrainStep {
  #runner: Runner | undefined;
  readonly #plan: TrainPlan;
  readonly #loss: LossTerms;
  readonly #train: Train;
  #network: Trainee;
  /** Most rows of x that the arena has room for. */
  #capacity = 1;
  #programs = new Map<string, Int32Array>();
  #loaded = "";
  #steps: number;
  #termWeights: readonly number[] | undefined;
  /** Of the batches of a step, to be combined: fresh memory in each would cost as much as a small batch. */
  readonly #gradients: Float32Array[] = [];

  /** Told after disposal too. */
  #name = "";

  constructor(runner: Runner, plan: TrainPlan, loss: LossTerms, train: Train) {
    this.#runner = runner;
    this.#plan = plan;
    this.#loss = loss;
    this.#train = train;
    this.#steps = plan.state.steps;
    this.#termWeights = plan.state.termWeights;
    this.#network = train(1);
    this.#settle(0);
    this.#loadState();
  }

  get name(): string {
    return this.#runner?.name ?? this.#name;
  }

  get bytes(): number {
    return this.#network.arena.bytes;
  }

  get gradientNorm(): number {
    return this.#slots()[NORM]!;
  }

  step(batch: Batch, learningRate: number): number {
    this.#write(batch);
    const options = { n: batch.x.n, scores: this.#loss.score ? batch.score!.n : 0 };
    const weighting = this.#adaptive;
    const looks = weighting !== undefined && this.#steps % weighting.every === 0;
    const isFirst = looks && this.#termWeights === undefined;
    if (isFirst) {
      // Nothing is known of the terms yet: a look that changes nothing but their weights.
      this.#run({ ...options, step: false, look: weighting.over });
      this.#weigh(weighting);
    }
    this.#beginStep(learningRate);
    const step = { ...options, step: true, average: this.#averages };
    const { thin } = this.#plan;
    if (thin !== undefined && this.#network.thins && (!looks || isFirst)) return this.#thinStep(step, thin);
    if (!looks || isFirst) return this.#run(step);
    const loss = this.#run({ ...step, look: weighting.over });
    this.#weigh(weighting);
    return loss;
  }

  /** Forward on all pairs, backward on those that are chosen. */
  #thinStep(step: StepOptions, limit: number): number {
    this.#slots()[OFFSET] = this.#steps * GOLDEN % 1;
    // Pairs with a score teach what their slope does not tell.
    this.#run({ n: step.n, scores: 0, step: false, choose: { limit, always: step.scores } });
    const { slots } = this.#network;
    const chosen = new Int32Array(this.#alive().memory.buffer, slots, SLOTS)[CHOSEN]!;
    const all = step.n * this.#loss.atoms;
    const rounded = Math.max(1, Math.ceil(chosen / CHOSEN_GRAIN)) * CHOSEN_GRAIN;
    return this.#run({ ...step, chosen: Math.min(all, rounded) });
  }

  stepOn(batches: readonly Batch[], combine: CombineGradients, learningRate: number): number[] {
    requireNoScores(this.#loss);
    const most = batches.reduce((most, { x }) => Math.max(most, x.n), 0);
    this.#makeRoom(most);
    const losses: number[] = [];
    const gradients = batches.map((batch, k) => {
      this.#write(batch);
      losses.push(this.#run({ n: batch.x.n, scores: 0, step: false, gradient: true }));
      const gradient = this.#gradient();
      const kept = this.#gradients[k] ??= new Float32Array(gradient.length);
      kept.set(gradient);
      return kept;
    });
    this.#beginStep(learningRate);
    this.#gradient().set(combine(gradients, losses));
    this.#runProgram("update", () => updateProgram(this.#network, { average: this.#averages }));
    return losses;
  }

  evaluate(batch: Batch): number {
    this.#write(batch);
    const judged = this.#loss.score?.judged ?? 0;
    const options = { n: batch.x.n, scores: judged > 0 ? batch.score!.n : 0, step: false };
    const value = this.#atAverage(() => this.#run(options));
    return judged > 0 ? value + judged * this.#aid() : value;
  }

  state(): TrainState {
    const { memory } = this.#alive();
    const { parameters } = this.#network;
    return {
      weights: parameters.read(memory, parameters.weights),
      firstMoment: parameters.read(memory, parameters.firstMoment),
      secondMoment: parameters.read(memory, parameters.secondMoment),
      ...(this.#averages && { average: parameters.read(memory, parameters.average) }),
      steps: this.#steps,
      ...(this.#termWeights && { termWeights: this.#termWeights }),
    };
  }

  [Symbol.dispose](): void {
    this.#name = this.name;
    this.#runner?.[Symbol.dispose]();
    this.#runner = undefined;
  }

  /** Counts the step and tells it its numbers. */
  #beginStep(learningRate: number): void {
    this.#steps += 1;
    const slots = this.#slots();
    slots[RATES] = learningRate;
    slots[RATES + 1] = 1 / (1 - 0.9 ** this.#steps);
    slots[RATES + 2] = 1 / (1 - 0.999 ** this.#steps);
    slots[RATES + 3] = averagingRate(this.#plan.average ?? 0, this.#steps);
    slots[LIMIT] = this.#plan.clipNorm ?? Infinity;
  }

  #gradient(): Float32Array {
    return this.#parametersAt(this.#network.parameters.gradient);
  }

  #parametersAt(run: number): Float32Array {
    return new Float32Array(this.#alive().memory.buffer, run, this.#network.parameters.count);
  }

  get #averages(): boolean {
    return this.#plan.average !== undefined;
  }

  /** Runs what changes no weights with the average in their place; they wait where gradients are made. */
  #atAverage(run: () => number): number {
    if (!this.#averages) return run();
    const { weights, gradient, average } = this.#network.parameters;
    this.#parametersAt(gradient).set(this.#parametersAt(weights));
    this.#parametersAt(weights).set(this.#parametersAt(average));
    try {
      return run();
    } finally {
      this.#parametersAt(weights).set(this.#parametersAt(gradient));
    }
  }

  #alive(): Runner {
    if (this.#runner) return this.#runner;
    throw new TypeError(
      "Cannot train as the training step must not be disposed of: current value is disposed",
    );
  }

  #slots(): Float32Array {
    return new Float32Array(this.#alive().memory.buffer, this.#network.slots, SLOTS);
  }

  /** Makes room for the plan and clears what is not kept. */
  #settle(from: number): void {
    const runner = this.#alive();
    runner.reserve(this.#network.arena.bytes);
    this.#network.arena.prepare(runner.memory, from);
    this.#programs.clear();
    this.#loaded = "";
    this.#loadScoreWeights();
  }

  get #adaptive(): AdaptiveWeighting | undefined {
    const weighting = this.#loss.score?.weighting;
    return weighting === undefined || weighting.rule === "fixed" ? undefined : weighting;
  }

  get #aidWeight(): number {
    const weighting = this.#loss.score?.weighting;
    return weighting?.rule === "fixed" ? weighting.weight : this.#termWeights?.[1] ?? 1;
  }

  /** The score term of the last run: its slot holds it as weighted. */
  #aid(): number {
    const slots = new Float64Array(this.#alive().memory.buffer, this.#network.slots, SLOTS / 2);
    return slots[AID / 2]! / this.#aidWeight;
  }

  /** Coordinates are weighted by the aid's weight over the square of their scale. */
  #loadScoreWeights(): void {
    const { score } = this.#loss;
    if (!score) return;
    const { tau } = score;
    const weight = this.#aidWeight;
    const weights = new Float32Array(this.#alive().memory.buffer, this.#network.scoreWeights, tau.length);
    weights.set(tau.map((scale) => weight / scale ** 2));
  }

  /** Weighs the terms by what a look has left; the weights hold from the next call on. */
  #weigh(weighting: AdaptiveWeighting): void {
    const { memory } = this.#alive();
    const { parameters, apart, slots } = this.#network;
    const [from, size] = weighting.over === "all" ? [0, parameters.size] : parameters.trunk;
    const run = (at: number) => new Float32Array(memory.buffer, at + from * 4, parameters.count - from);
    this.#termWeights = weighApart(weighting, {
      values: [new Float64Array(memory.buffer, slots, 1)[0]!, this.#aid()],
      gradients: [run(apart), run(parameters.gradient)],
      size,
      before: this.#termWeights,
    });
    this.#loadScoreWeights();
  }

  #loadState(): void {
    const { memory } = this.#alive();
    const { parameters } = this.#network;
    const { weights, firstMoment, secondMoment, average = weights } = this.#plan.state;
    parameters.write(memory, parameters.weights, weights);
    parameters.write(memory, parameters.average, average);
    if (firstMoment) parameters.write(memory, parameters.firstMoment, firstMoment);
    if (secondMoment) parameters.write(memory, parameters.secondMoment, secondMoment);
  }

  #write(batch: Batch): void {
    requireBatch(batch, this.#loss, this.#plan.spec);
    this.#makeRoom(batch.x.n);
    writeBatch(this.#alive().memory, batch, this.#plan.scaling, this.#network.intake);
  }

  /** Plans anew for a larger batch; weights and moments stay where they are. */
  #makeRoom(n: number): void {
    if (n <= this.#capacity) return;
    this.#capacity = n;
    this.#network = this.#train(n);
    this.#settle(LASTING_PARTS);
  }

  #run(options: StepOptions): number {
    new Float64Array(this.#alive().memory.buffer, this.#network.slots, SLOTS / 2)[AID / 2] = 0;
    this.#runProgram(JSON.stringify(options), () => this.#network.program(options));
    // Another memory, perhaps: what is shared among threads moves.
    return new Float64Array(this.#alive().memory.buffer, this.#network.slots, 1)[0]!;
  }

  /** Runs the program of this name, which is emitted when it is first asked for. */
  #runProgram(name: string, emit: () => Int32Array): void {
    const runner = this.#alive();
    if (this.#loaded !== name) {
      const known = this.#programs.get(name) ?? emit();
      this.#programs.set(name, known);
      runner.load(this.#network.arena.bytes, known);
    }
    this.#loaded = name;
    runner.run();
  }
}

function requireNoScores({ score }: LossTerms): void {
  if (!score) return;
  throw new UnsupportedError("Cannot fuse a step on several batches with a loss that scores aid");
}
