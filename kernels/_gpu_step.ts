// The training step of the fused engine on a GPU.

import {
  type AdaptiveWeighting,
  averagingRate,
  type Batch,
  type CombineGradients,
  type TrainPlan,
  type TrainState,
  type TrainStep,
  UnsupportedError,
  type Weights,
} from "@likely/core";
import { Code } from "./_code.ts";
import type { Gpu } from "./_gpu.ts";
import { gpuArena, readBack } from "./_gpu_arena.ts";
import { GpuData } from "./_gpu_data.ts";
import { type GpuProgram, gpuProgram } from "./_gpu_program.ts";
import { AHEAD, GpuQueue } from "./_gpu_queue.ts";
import { COPY_RUNS } from "./_opcodes.ts";
import { requireBatch } from "./_require_batch.ts";
import { AID, LIMIT, RATES, SLOTS, type StepOptions, updateProgram } from "./_step_program.ts";
import { LASTING_PARTS, type LossTerms, type Trainee } from "./_trainee.ts";
import type { Train } from "./_trainee_of.ts";
import { weighApart } from "./_weigh.ts";

/** The largest number: where there is no limit. */
const NO_LIMIT = 3.4e38;

/** A step that is lined up. */
interface Taken {
  readonly loss: Promise<number>;
}

/** Owns an arena on the device. */
export class GpuStep implements TrainStep {
  readonly name: string;
  readonly ahead = AHEAD;
  readonly #gpu: Gpu;
  readonly #plan: TrainPlan;
  readonly #loss: LossTerms;
  readonly #train: Train;
  readonly #data: GpuData;
  readonly #queue: GpuQueue;
  #network: Trainee;
  #arena: GPUBuffer;
  /** Most rows of x that the arena has room for. */
  #capacity: number;
  readonly #programs = new Map<string, GpuProgram>();
  #steps: number;
  #termWeights: readonly number[] | undefined;
  /** Where weights of terms adapt: a step begins when the look before it is weighed. */
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(gpu: Gpu, name: string, plan: TrainPlan, loss: LossTerms, train: Train) {
    this.name = name;
    this.#gpu = gpu;
    this.#plan = plan;
    this.#loss = loss;
    this.#train = train;
    this.#steps = plan.state.steps;
    this.#termWeights = plan.state.termWeights;
    this.#capacity = plan.rows ?? 1;
    this.#network = train(this.#capacity, { roomy: true });
    this.#arena = gpuArena(gpu, this.#network.arena);
    this.#data = new GpuData(gpu, plan.scaling);
    this.#queue = new GpuQueue(gpu, () => ({
      arena: this.#arena,
      slots: this.#network.slots,
      count: SLOTS,
    }));
    this.#loadScoreWeights();
    this.#loadState();
  }

  async step(batch: Batch, learningRate: number): Promise<number> {
    const weighting = this.#adaptive;
    if (!weighting) return await this.#take(batch, learningRate).loss;
    return await (await this.#inTurn(() => this.#takeWeighed(batch, learningRate, weighting))).loss;
  }

  async evaluate(batch: Batch): Promise<number> {
    if (this.#adaptive) await this.#turn;
    const { judged = 0 } = this.#loss.score ?? {};
    const weight = this.#aidWeight;
    const scores = judged > 0 ? this.#scoresOf(batch) : 0;
    const slots = await this.#run(batch, { n: batch.x.n, scores, step: false });
    return slots[0]! + (judged > 0 ? judged * slots[AID]! / weight : 0);
  }

  async stepOn(
    batches: readonly Batch[],
    combine: CombineGradients,
    learningRate: number,
  ): Promise<number[]> {
    if (this.#loss.score) {
      throw new UnsupportedError("Cannot fuse a step on several batches with a loss that scores aid");
    }
    const gradients: Float32Array[] = [];
    const losses: number[] = [];
    for (const batch of batches) {
      const slots = this.#run(batch, { n: batch.x.n, scores: 0, step: false, gradient: true });
      const { gradient, count } = this.#network.parameters;
      gradients.push((await this.#read([gradient, count]))[0]!);
      losses.push((await slots)[0]!);
    }
    const { parameters: { gradient }, slots } = this.#network;
    this.#gpu.write(this.#arena, gradient, combine(gradients, losses));
    this.#gpu.write(this.#arena, slots, this.#rates(learningRate));
    this.#steps += 1;
    this.#queue.runAlone(
      this.#program("update", () => updateProgram(this.#network, { average: this.#averages })),
    );
    return losses;
  }

  async state(): Promise<TrainState> {
    if (this.#adaptive) await this.#turn;
    this.#requireUsable();
    const [steps, termWeights] = [this.#steps, this.#termWeights];
    const { parameters } = this.#network;
    const { count, weights, firstMoment, secondMoment, average } = parameters;
    const runs = await this.#read(
      ...[weights, firstMoment, secondMoment, ...(this.#averages ? [average] : [])].map((run) =>
        [run, count] as const
      ),
    );
    const [first, second, third, fourth] = runs.map((run) =>
      parameters.read({ buffer: run.slice().buffer }, 0)
    );
    return {
      weights: first!,
      firstMoment: second!,
      secondMoment: third!,
      ...(fourth && { average: fourth }),
      steps,
      ...(termWeights && { termWeights }),
    };
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#queue.drop(disposedError());
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#queue[Symbol.dispose]();
    this.#data[Symbol.dispose]();
    this.#arena.destroy();
  }

  #requireUsable(): void {
    if (this.#disposed) throw disposedError();
    this.#gpu.requireSound();
  }

  #scoresOf({ score }: Batch): number {
    return this.#loss.score ? score?.n ?? 0 : 0;
  }

  #take(batch: Batch, learningRate: number, look?: AdaptiveWeighting["over"]): Taken {
    const options = {
      n: batch.x.n,
      scores: this.#scoresOf(batch),
      step: true,
      average: this.#averages,
      ...(look && { look }),
    };
    const slots = this.#run(batch, options, this.#rates(learningRate));
    this.#steps += 1;
    const loss = slots.then(([value]) => value!);
    // Who waits for a look hears of its failure by that.
    loss.catch(() => {});
    return { loss };
  }

  /** A step, or a look and a step, whose weights of terms hold from the next one on. */
  async #takeWeighed(batch: Batch, learningRate: number, weighting: AdaptiveWeighting): Promise<Taken> {
    if (this.#steps % weighting.every > 0) return this.#take(batch, learningRate);
    const { over } = weighting;
    if (this.#termWeights !== undefined) {
      const step = this.#take(batch, learningRate, over);
      await this.#weigh(weighting);
      return step;
    }
    // Nothing is known of the terms yet: a look that changes nothing but their weights.
    this.#run(batch, { n: batch.x.n, scores: this.#scoresOf(batch), step: false, look: over });
    await this.#weigh(weighting);
    return this.#take(batch, learningRate);
  }

  /** Weighs the terms by what the last look has left. */
  async #weigh(weighting: AdaptiveWeighting): Promise<void> {
    const { parameters, apart, slots } = this.#network;
    const { count, gradient } = parameters;
    const [from, size] = weighting.over === "all" ? [0, parameters.size] : parameters.trunk;
    const rest = (at: number) => [at + from * 4, count - from] as const;
    const [values, alone, together] = await this.#read([slots, SLOTS], rest(apart), rest(gradient));
    this.#termWeights = weighApart(weighting, {
      values: [values![0]!, values![AID]! / this.#aidWeight],
      gradients: [alone!, together!],
      size,
      before: this.#termWeights,
    });
    this.#loadScoreWeights();
  }

  /** Waits until nobody else is between a look and its weights. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** Reads numbers at addresses, after all that is lined up. */
  #read(...places: readonly (readonly [at: number, count: number])[]): Promise<Float32Array[]> {
    this.#queue.flush();
    const regions = places.map(([at, count]) => ({ buffer: this.#arena, at, bytes: count * 4 }));
    return readBack(this.#gpu, this.#gpu.device.createCommandEncoder(), regions);
  }

  /** The slots as the next step begins with them. */
  #rates(learningRate: number): Float32Array {
    const slots = new Float32Array(SLOTS);
    const step = this.#steps + 1;
    const average = averagingRate(this.#plan.average ?? 0, step);
    slots.set([learningRate, 1 / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step), average], RATES);
    slots[LIMIT] = Math.min(NO_LIMIT, this.#plan.clipNorm ?? Infinity);
    return slots;
  }

  get #adaptive(): AdaptiveWeighting | undefined {
    const weighting = this.#loss.score?.weighting;
    return weighting === undefined || weighting.rule === "fixed" ? undefined : weighting;
  }

  get #averages(): boolean {
    return this.#plan.average !== undefined;
  }

  /** What changes no weights, and looks at no gradient, judges the average. */
  #isAtAverage({ step, look, gradient }: StepOptions): boolean {
    return this.#averages && !step && !look && !gradient;
  }

  get #aidWeight(): number {
    const weighting = this.#loss.score?.weighting;
    return weighting?.rule === "fixed" ? weighting.weight : this.#termWeights?.[1] ?? 1;
  }

  #loadScoreWeights(): void {
    const { score } = this.#loss;
    if (!score) return;
    const weights = score.tau.map((scale) => this.#aidWeight / scale ** 2);
    this.#gpu.write(this.#arena, this.#network.scoreWeights, Float32Array.from(weights));
  }

  #loadState(): void {
    const { parameters } = this.#network;
    const load = (at: number, weights: Weights | undefined) => {
      if (!weights) return;
      const run = new Float32Array(parameters.count);
      parameters.write(run, 0, weights);
      this.#gpu.write(this.#arena, at, run);
    };
    const { weights, firstMoment, secondMoment, average = weights } = this.#plan.state;
    load(parameters.weights, weights);
    load(parameters.average, average);
    load(parameters.firstMoment, firstMoment);
    load(parameters.secondMoment, secondMoment);
  }

  /** Plans anew for a larger batch; weights and moments stay where they are. */
  #makeRoom(n: number): void {
    if (n <= this.#capacity) return;
    this.#queue.flush();
    this.#capacity = n;
    this.#network = this.#train(n, { roomy: true });
    const before = { buffer: this.#arena, kept: LASTING_PARTS };
    this.#arena = gpuArena(this.#gpu, this.#network.arena, before);
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#programs.clear();
    this.#loadScoreWeights();
  }

  /** Lines up a program on a batch; resolves to the slots it leaves. */
  #run(
    batch: Batch,
    options: StepOptions,
    slots: Float32Array = new Float32Array(SLOTS),
  ): Promise<Float32Array> {
    this.#requireUsable();
    requireBatch(batch, this.#loss, this.#plan.spec);
    this.#makeRoom(batch.x.n);
    const { slots: at, intake, program } = this.#network;
    const emit = () =>
      this.#isAtAverage(options) ? atAverage(this.#network, program(options)) : program(options);
    const own = this.#program(JSON.stringify(options), emit);
    return this.#queue.run(own, (to) => {
      to.rows({ at, width: SLOTS, ld: SLOTS }, slots, SLOTS);
      this.#data.bring(to, batch, intake, options.scores > 0);
    });
  }

  #program(name: string, emit: () => Int32Array): GpuProgram {
    const known = this.#programs.get(name) ?? gpuProgram(this.#gpu, emit());
    this.#programs.set(name, known);
    return known;
  }
}

/** A program with the average in the weights' place; they wait where gradients are made. */
function atAverage({ parameters }: Trainee, program: Int32Array): Int32Array {
  const { weights, average, gradient, count } = parameters;
  const copied = (to: number, from: number): number[] => {
    const code = new Code();
    code.emit(COPY_RUNS, 1, 1, count, to, 0, 0, from, 0, 0);
    return code.words;
  };
  return Int32Array.from([
    ...copied(gradient, weights),
    ...copied(weights, average),
    ...program,
    ...copied(weights, gradient),
  ]);
}

function disposedError(): TypeError {
  return new TypeError(
    "Cannot train as the training step must not be disposed of: current value is disposed",
  );
}
