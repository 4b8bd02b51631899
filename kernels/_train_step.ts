// The training step of the fused engine: one call into the module for each batch.

import { type Batch, checkSpec, type TrainPlan, type TrainState } from "@likely/core";
import type { FusedTrainStep } from "./fused_engine.ts";
import { requireDim, writeScores, writeStandardised } from "./_host_rows.ts";
import { type LossProgram, lossProgram } from "./_loss_program.ts";
import { type Build, type Machine, onMachine, reserve, returnMachine } from "./_machine.ts";
import {
  emitStep,
  LIMIT,
  NORM,
  planTraining,
  RATES,
  type StepOptions,
  type TrainNetwork,
} from "./_step_program.ts";
import { requireFusable } from "./_support.ts";

/** Prepares training on an instance of its own. */
export async function fusedTrainStep(build: Build, plan: TrainPlan): Promise<FusedTrainStep> {
  checkSpec(plan.spec);
  requireFusable(plan.spec);
  const loss = lossProgram(plan.loss, plan.spec);
  return await onMachine(build, (machine) => new ModuleStep(build, machine, plan, loss));
}

/** Parts that outlive a change of the batch size: zeros, and the four runs of parameters. */
const LASTING_PARTS = 5;

/** Owns an instance of the module. */
class ModuleStep implements FusedTrainStep {
  readonly name: string;
  readonly #build: Build;
  #machine: Machine | undefined;
  readonly #plan: TrainPlan;
  readonly #loss: LossProgram;
  #network: TrainNetwork;
  /** Most rows of x that the arena has room for. */
  #capacity = 1;
  #programs = new Map<string, Int32Array>();
  #loaded = "";
  #steps: number;

  constructor(build: Build, machine: Machine, plan: TrainPlan, loss: LossProgram) {
    this.name = `fused-${build}`;
    this.#build = build;
    this.#machine = machine;
    this.#plan = plan;
    this.#loss = loss;
    this.#steps = plan.state.steps;
    this.#network = planTraining(plan.spec, loss, 1);
    this.#settle(0);
    this.#loadState();
  }

  get bytes(): number {
    return this.#network.arena.bytes;
  }

  get gradientNorm(): number {
    return this.#slots()[NORM]!;
  }

  step(batch: Batch, learningRate: number): number {
    this.#write(batch);
    this.#steps += 1;
    const slots = this.#slots();
    slots[RATES] = learningRate;
    slots[RATES + 1] = 1 / (1 - 0.9 ** this.#steps);
    slots[RATES + 2] = 1 / (1 - 0.999 ** this.#steps);
    slots[LIMIT] = this.#plan.clipNorm ?? Infinity;
    return this.#run({ n: batch.x.n, update: true });
  }

  evaluate(batch: Batch): number {
    this.#write(batch);
    return this.#run({ n: batch.x.n, update: false });
  }

  state(): TrainState {
    const { memory } = this.#alive();
    const { parameters } = this.#network;
    return {
      weights: parameters.read(memory, parameters.weights),
      firstMoment: parameters.read(memory, parameters.firstMoment),
      secondMoment: parameters.read(memory, parameters.secondMoment),
      steps: this.#steps,
    };
  }

  [Symbol.dispose](): void {
    if (this.#machine) returnMachine(this.#build, this.#machine);
    this.#machine = undefined;
  }

  #alive(): Machine {
    if (this.#machine) return this.#machine;
    throw new TypeError(
      "Cannot train as the training step must not be disposed of: current value is disposed",
    );
  }

  #slots(): Float32Array {
    return new Float32Array(this.#alive().memory.buffer, this.#network.slots, 8);
  }

  /** Makes room for the plan and clears what is not kept. */
  #settle(from: number): void {
    const machine = this.#alive();
    reserve(machine, this.#network.arena.bytes);
    this.#network.arena.prepare(machine.memory, from);
    this.#programs.clear();
    this.#loaded = "";
    const { score } = this.#loss;
    if (!score) return;
    const weights = new Float32Array(machine.memory.buffer, this.#network.scoreWeights, score.tau.length);
    weights.set(score.tau.map((tau) => 1 / tau ** 2));
  }

  #loadState(): void {
    const { memory } = this.#alive();
    const { parameters } = this.#network;
    const { weights, firstMoment, secondMoment } = this.#plan.state;
    parameters.write(memory, parameters.weights, weights);
    if (firstMoment) parameters.write(memory, parameters.firstMoment, firstMoment);
    if (secondMoment) parameters.write(memory, parameters.secondMoment, secondMoment);
  }

  #write(batch: Batch): void {
    const { spec, scaling } = this.#plan;
    requireBatch(batch, this.#loss, spec);
    this.#makeRoom(batch.x.n);
    const { memory } = this.#alive();
    const { theta, embedding, target, score } = this.#network;
    writeStandardised(memory, batch.theta, scaling.theta, theta);
    writeStandardised(memory, batch.x, scaling.x, embedding.input);
    if (this.#loss.target) new Float32Array(memory.buffer, target, batch.x.n).set(batch.target!);
    if (this.#loss.score) {
      writeScores(memory, { score: batch.score!, theta: batch.theta }, scaling.theta, score);
    }
  }

  /** Plans anew for a larger batch; weights and moments stay where they are. */
  #makeRoom(n: number): void {
    if (n <= this.#capacity) return;
    this.#capacity = n;
    this.#network = planTraining(this.#plan.spec, this.#loss, n);
    this.#settle(LASTING_PARTS);
  }

  #run(options: StepOptions): number {
    const machine = this.#alive();
    const start = this.#network.arena.bytes;
    const program = this.#program(options);
    reserve(machine, start + program.byteLength);
    const key = `${options.n} ${options.update}`;
    if (this.#loaded !== key) new Int32Array(machine.memory.buffer, start).set(program);
    this.#loaded = key;
    machine.run(start, start + program.byteLength);
    return new Float64Array(machine.memory.buffer, this.#network.slots, 1)[0]!;
  }

  #program(options: StepOptions): Int32Array {
    const key = `${options.n} ${options.update}`;
    let program = this.#programs.get(key);
    if (!program) {
      program = emitStep(this.#plan.spec, this.#loss, this.#network, options);
      this.#programs.set(key, program);
    }
    return program;
  }
}

function requireBatch(
  { theta, x, atoms, target, score }: Batch,
  loss: LossProgram,
  spec: TrainPlan["spec"],
): void {
  const action = "train on a batch";
  requireDim(action, "atoms", atoms, loss.atoms);
  requireDim(action, "the rows of theta", theta.n, x.n * atoms);
  requireDim(action, "the width of theta", theta.dim, spec.thetaDim);
  requireDim(action, "the width of x", x.dim, spec.xDim);
  if (x.n === 0) throw new RangeError(`Cannot ${action} as it must have a row: current value is 0`);
  if (loss.target) requireDim(action, "the number of targets", target?.length ?? 0, x.n);
  if (!loss.score) return;
  requireDim(action, "the rows of score", score?.n ?? 0, x.n);
  requireDim(action, "the width of score", score?.dim ?? 0, spec.thetaDim);
}
