// The training step of the fused engine on a GPU: several steps a submission, their losses read together.

import {
  type Batch,
  checkSpec,
  type CombineGradients,
  type Points,
  type Standardisation,
  standardise,
  type TrainPlan,
  type TrainState,
  type TrainStep,
  UnsupportedError,
  type Weights,
} from "@likely/core";
import type { Gpu } from "./_gpu.ts";
import { gpuArena, readBack, type Region } from "./_gpu_arena.ts";
import { fit, GpuIntake } from "./_gpu_intake.ts";
import { type GpuProgram, gpuProgram } from "./_gpu_program.ts";
import { workOf } from "./_cut.ts";
import { writeScores } from "./_host_rows.ts";
import type { Rows } from "./_layer.ts";
import { requireBatch } from "./_require_batch.ts";
import { AID, isAdaptive, LIMIT, RATES, SLOTS, type StepOptions, updateProgram } from "./_step_program.ts";
import { LASTING_PARTS, type LossTerms, type Trainee } from "./_trainee.ts";
import { type Train, traineeOf } from "./_trainee_of.ts";

/** Steps of one submission, and bytes that it brings at most. */
const AHEAD = 32;
const MOST_STAGED = 2 ** 25;
/** The largest number: where there is no limit. */
const NO_LIMIT = 3.4e38;
const SLOT_BYTES = SLOTS * 4;

/**
 * Prepares training on a GPU.
 *
 * @throws {UnsupportedError} If there is no program for it, or no room.
 */
export async function gpuTrainStep(
  open: () => Promise<Gpu>,
  plan: TrainPlan,
  least: number,
): Promise<TrainStep> {
  checkSpec(plan.spec);
  const { loss, train } = traineeOf(plan);
  if (isAdaptive(loss)) {
    throw new UnsupportedError(
      "Cannot train on WebGPU by an aid whose weight adapts: it is weighed on the host",
    );
  }
  if (least > 0) requireWork(plan, loss, train, least);
  const gpu = await open();
  const rule = least > 0 ? `, taken from ${least} multiply-adds a step on` : "";
  return new GpuStep(gpu, `webgpu (${gpu.adapter})${rule}`, plan, loss, train);
}

/** Requires a step to be worth a device; of rows that are not known, one. */
function requireWork({ rows = 1 }: TrainPlan, { score }: LossTerms, train: Train, least: number): void {
  const work = workOf(train(rows).program({ n: rows, scores: score ? rows : 0, step: true }));
  if (work >= least) return;
  throw new UnsupportedError(
    `Cannot train on WebGPU as a step must be ${least} multiply-adds: current value is ${work}`,
  );
}

/** What waits to be submitted. */
interface Job {
  readonly program: GpuProgram;
  resolve(slots: Float32Array): void;
  reject(error: unknown): void;
}

/** Owns buffers on the device. */
class GpuStep implements TrainStep {
  readonly name: string;
  readonly ahead = AHEAD;
  readonly #gpu: Gpu;
  readonly #plan: TrainPlan;
  readonly #loss: LossTerms;
  readonly #train: Train;
  readonly #intake: GpuIntake;
  #network: Trainee;
  #arena: GPUBuffer;
  #scratch: GPUBuffer;
  #losses: GPUBuffer | undefined;
  /** Most rows of x that the arena has room for. */
  #capacity: number;
  readonly #programs = new Map<string, GpuProgram>();
  /** Data that stays on the device. */
  readonly #resident = new Map<Points, GPUBuffer>();
  #jobs: Job[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #steps: number;
  #disposed = false;

  constructor(gpu: Gpu, name: string, plan: TrainPlan, loss: LossTerms, train: Train) {
    this.name = name;
    this.#gpu = gpu;
    this.#plan = plan;
    this.#loss = loss;
    this.#train = train;
    this.#steps = plan.state.steps;
    this.#capacity = plan.rows ?? 1;
    this.#network = train(this.#capacity, true);
    this.#intake = new GpuIntake(gpu);
    this.#arena = gpuArena(gpu, this.#network.arena);
    this.#scratch = gpu.buffer("scratch", 4);
    this.#loadScoreWeights();
    this.#loadState();
  }

  async step(batch: Batch, learningRate: number): Promise<number> {
    const scores = this.#loss.score ? batch.score?.n ?? 0 : 0;
    const job = this.#run(batch, { n: batch.x.n, scores, step: true }, this.#rates(learningRate));
    this.#steps += 1;
    return (await job)[0]!;
  }

  async evaluate(batch: Batch): Promise<number> {
    const { judged = 0 } = this.#loss.score ?? {};
    const scores = judged > 0 ? batch.score?.n ?? 0 : 0;
    const slots = await this.#run(batch, { n: batch.x.n, scores, step: false });
    return slots[0]! + (judged > 0 ? judged * slots[AID]! / this.#aidWeight : 0);
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
      this.#flush();
      const { gradient, count } = this.#network.parameters;
      gradients.push((await this.#read([this.#region(gradient, count)]))[0]!);
      losses.push((await slots)[0]!);
    }
    const { gradient } = this.#network.parameters;
    this.#gpu.write(this.#arena, gradient, combine(gradients, losses));
    this.#gpu.write(this.#arena, this.#network.slots, this.#rates(learningRate));
    this.#steps += 1;
    const update = this.#program("update", () => updateProgram(this.#network));
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    update.encode(pass, this.#arena, this.#scratch);
    pass.end();
    this.#gpu.device.queue.submit([encoder.finish()]);
    return losses;
  }

  async state(): Promise<TrainState> {
    const { steps } = this.#afterAll();
    const { parameters } = this.#network;
    const { count, weights, firstMoment, secondMoment } = parameters;
    const runs = await this.#read(
      [weights, firstMoment, secondMoment].map((run) => this.#region(run, count)),
    );
    const [first, second, third] = runs.map((run) => parameters.read({ buffer: run.slice().buffer }, 0));
    return { weights: first!, firstMoment: second!, secondMoment: third!, steps };
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const { reject } of this.#jobs) reject(disposedError());
    for (const program of this.#programs.values()) program[Symbol.dispose]();
    this.#intake[Symbol.dispose]();
    const buffers = [this.#arena, this.#scratch, this.#losses, ...this.#resident.values()];
    for (const buffer of buffers) buffer?.destroy();
  }

  /** What is asked for now comes after all steps so far. */
  #afterAll(): { readonly steps: number } {
    this.#requireUsable();
    this.#flush();
    return { steps: this.#steps };
  }

  #requireUsable(): void {
    if (this.#disposed) throw disposedError();
    this.#gpu.requireSound();
  }

  #region(at: number, count: number): Region {
    return { buffer: this.#arena, at, bytes: count * 4 };
  }

  #read(regions: readonly Region[]): Promise<Float32Array[]> {
    return readBack(this.#gpu, this.#gpu.device.createCommandEncoder(), regions);
  }

  /** The slots as a step of this number begins with them. */
  #rates(learningRate: number): Float32Array {
    const slots = new Float32Array(SLOTS);
    const step = this.#steps + 1;
    slots.set([learningRate, 1 / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step)], RATES);
    slots[LIMIT] = Math.min(NO_LIMIT, this.#plan.clipNorm ?? Infinity);
    return slots;
  }

  get #aidWeight(): number {
    const weighting = this.#loss.score?.weighting;
    return weighting?.rule === "fixed" ? weighting.weight : 1;
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
    const { weights, firstMoment, secondMoment } = this.#plan.state;
    load(parameters.weights, weights);
    load(parameters.firstMoment, firstMoment);
    load(parameters.secondMoment, secondMoment);
  }

  /** Plans anew for a larger batch; weights and moments stay where they are. */
  #makeRoom(n: number): void {
    if (n <= this.#capacity) return;
    this.#flush();
    this.#capacity = n;
    this.#network = this.#train(n, true);
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
    const program = this.#program(JSON.stringify(options), () => this.#network.program(options));
    this.#bring(batch, slots, options.scores);
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
    // Whoever waits for the first of several that fail does not hear of the others.
    promise.catch(() => {});
    this.#jobs.push({ program, resolve, reject });
    if (this.#jobs.length >= AHEAD || this.#intake.bytes > MOST_STAGED) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), 0);
    return promise;
  }

  #program(name: string, emit: () => Int32Array): GpuProgram {
    const known = this.#programs.get(name) ?? gpuProgram(this.#gpu, emit());
    this.#programs.set(name, known);
    const bytes = known.scratch * 4;
    if (this.#scratch.size < bytes) {
      this.#flush();
      this.#scratch = fit(this.#gpu, this.#scratch, "scratch", bytes, GPUBufferUsage.STORAGE);
    }
    return known;
  }

  /** Lines up what the next pass reads. */
  #bring(batch: Batch, slots: Float32Array, scores: number): void {
    const { slots: at, intake } = this.#network;
    const { source } = batch;
    this.#intake.next();
    this.#intake.rows({ at, width: SLOTS, ld: SLOTS }, slots, SLOTS);
    for (const side of ["theta", "x"] as const) {
      const by = this.#plan.scaling[side];
      const data = source && this.#onDevice(source[side], by);
      if (data) this.#intake.picked(intake[side], data, batch[side].dim, source![`${side}Rows`]);
      else this.#intake.rows(intake[side], standardise(batch[side], by), batch[side].dim);
    }
    if (intake.target !== undefined) {
      this.#intake.rows({ at: intake.target, width: 1, ld: 1 }, Float32Array.from(batch.target!), 1);
    }
    if (intake.score && scores > 0) this.#bringScores(batch, intake.score);
  }

  #bringScores({ score, theta }: Batch, to: Rows): void {
    const { n, dim } = score!;
    const plain = new Float32Array(n * dim);
    writeScores(plain, { score: score!, theta }, this.#plan.scaling.theta, { at: 0, width: dim, ld: dim });
    this.#intake.rows(to, plain, dim);
  }

  /** Data on the device, standardised, from its first use on; absent where there is no room for it. */
  #onDevice(data: Points, by: Standardisation): GPUBuffer | undefined {
    const known = this.#resident.get(data);
    if (known || data.data.length * 4 > this.#gpu.mostBytes) return known;
    const buffer = this.#gpu.buffer("data", data.data.length * 4);
    this.#gpu.write(buffer, 0, standardise(data, by));
    this.#resident.set(data, buffer);
    return buffer;
  }

  /** Submits what waits, one pass a step. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const jobs = this.#jobs;
    if (jobs.length === 0) return;
    this.#jobs = [];
    this.#submit(jobs).then(
      (slots) => jobs.forEach(({ resolve }, k) => resolve(slots.subarray(k * SLOTS, (k + 1) * SLOTS))),
      async (error) => {
        const reason = await this.#gpu.reasonOf(error);
        jobs.forEach(({ reject }) => reject(reason));
      },
    );
  }

  async #submit(jobs: readonly Job[]): Promise<Float32Array> {
    const { device } = this.#gpu;
    const bytes = jobs.length * SLOT_BYTES;
    const losses = this.#losses = fit(this.#gpu, this.#losses, "losses", bytes, GPUBufferUsage.STORAGE);
    const bring = this.#intake.upload(this.#arena);
    const encoder = device.createCommandEncoder();
    jobs.forEach(({ program }, k) => {
      const pass = encoder.beginComputePass();
      bring(pass, k);
      program.encode(pass, this.#arena, this.#scratch);
      pass.end();
      encoder.copyBufferToBuffer(this.#arena, this.#network.slots, losses, k * SLOT_BYTES, SLOT_BYTES);
    });
    const [slots] = await readBack(this.#gpu, encoder, [{ buffer: losses, at: 0, bytes }]);
    return slots!;
  }
}

function disposedError(): TypeError {
  return new TypeError(
    "Cannot train as the training step must not be disposed of: current value is disposed",
  );
}
