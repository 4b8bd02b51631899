// Log densities with θ-gradients: the observation embedded once, then one call for each run
// of points.

import {
  type Artifact,
  checkSpec,
  type Evaluation,
  type LogDensity,
  type Points,
  row,
  standardSlope,
} from "@likely/core";
import { Code } from "./_code.ts";
import { requireDim, writeStandardised } from "./_host_rows.ts";
import { emitForward, emitInputGradient, emitPacking } from "./_layer.ts";
import { emitHead } from "./_loss_program.ts";
import { type Build, type Machine, onMachine, reserve, returnMachine } from "./_machine.ts";
import { emitSeen, type Network, planNetwork, rowsFrom } from "./_network.ts";
import { SCALE_ROWS, SUM_RUNS } from "./_opcodes.ts";
import { requireFusable } from "./_support.ts";
import { emitBackward, emitTrunk } from "./_trunk.ts";

/** Pairs of a point and an x row in one call; more points take several calls. */
const MOST_PAIRS = 1024;

/** Prepares the artifact's network as a function of θ at the rows of x. */
export async function fusedLogDensity(
  build: Build,
  artifact: Artifact,
  x: Points,
): Promise<LogDensity & Disposable> {
  const { spec } = artifact;
  checkSpec(spec);
  requireFusable(spec);
  requireDim("compile a log density", "the width of x", x.dim, spec.xDim);
  if (x.n === 0) {
    throw new RangeError("Cannot compile a log density as x must have a row: current value is 0");
  }
  return await onMachine(build, (machine) => new ModuleDensity(build, machine, artifact, x));
}

/** Owns an instance of the module. */
class ModuleDensity implements LogDensity, Disposable {
  readonly name: string;
  readonly dim: number;
  readonly #build: Build;
  #machine: Machine | undefined;
  readonly #artifact: Artifact;
  readonly #network: Network;
  readonly #observations: number;
  /** Points in one call. */
  readonly #capacity: number;
  /** Points that the loaded program is for. */
  #loaded = 0;
  #end = 0;

  constructor(build: Build, machine: Machine, artifact: Artifact, x: Points) {
    this.name = `fused-${build}`;
    this.dim = artifact.spec.thetaDim;
    this.#build = build;
    this.#machine = machine;
    this.#artifact = artifact;
    this.#observations = x.n;
    this.#capacity = Math.max(1, Math.floor(MOST_PAIRS / x.n));
    const pairs = this.#capacity * x.n;
    this.#network = planNetwork(artifact.spec, { x: 1, seen: x.n, pairs, training: false, score: false });
    reserve(machine, this.#network.arena.bytes);
    this.#network.arena.prepare(machine.memory);
    this.#network.parameters.write(machine.memory, this.#network.parameters.weights, artifact.weights);
    this.#embed(x);
  }

  evaluate(points: Points): Evaluation {
    requireDim("evaluate a log density", "the width of the points", points.dim, this.dim);
    const value = new Float64Array(points.n);
    const grad = new Float64Array(points.n * this.dim);
    for (let first = 0; first < points.n; first += this.#capacity) {
      const n = Math.min(this.#capacity, points.n - first);
      const data = points.data.subarray(first * this.dim, (first + n) * this.dim);
      this.#evaluate({ data, n, dim: this.dim }, value.subarray(first), grad.subarray(first * this.dim));
    }
    return { value, grad };
  }

  [Symbol.dispose](): void {
    if (this.#machine) returnMachine(this.#build, this.#machine);
    this.#machine = undefined;
  }

  #alive(): Machine {
    if (this.#machine) return this.#machine;
    throw new TypeError(
      "Cannot evaluate as the log density must not be disposed of: current value is disposed",
    );
  }

  /** What each x row contributes to the first sums, one x row at a time. */
  #embed(x: Points): void {
    const { memory } = this.#alive();
    const { embedding, seen, layers } = this.#network;
    for (let j = x.n - 1; j >= 0; j--) {
      const code = new Code();
      if (j === x.n - 1) emitPacking(code, layers);
      emitSeen(code, this.#network, 1);
      writeStandardised(
        memory,
        { data: row(x, j), n: 1, dim: x.dim },
        this.#artifact.scaling.x,
        embedding.input,
      );
      this.#load(code);
      this.#run();
      // Row 0 is where it is computed, and the last to be.
      const words = new Float32Array(memory.buffer);
      words.copyWithin((seen.at >> 2) + j * seen.ld, seen.at >> 2, (seen.at >> 2) + seen.ld);
    }
  }

  #evaluate(points: Points, value: Float64Array, grad: Float64Array): void {
    const { n, dim } = points;
    const { memory } = this.#alive();
    const { scaling } = this.#artifact;
    const network = this.#network;
    writeStandardised(memory, points, scaling.theta, network.theta);
    if (this.#loaded !== n) this.#load(this.#emit(n));
    this.#loaded = n;
    this.#run();
    const out = new Float32Array(memory.buffer, this.#out, n * this.#observations);
    const slopes = new Float32Array(memory.buffer, network.thetaGradient.at, n * network.thetaGradient.ld);
    for (let i = 0; i < n; i++) {
      for (let k = i; k < out.length; k += n) value[i]! += out[k]!;
      for (let j = 0; j < dim; j++) {
        grad[i * dim + j] = slopes[i * network.thetaGradient.ld + j]! *
          standardSlope(scaling.theta, j, points.data[i * dim + j]!);
      }
    }
    const never = this.#artifact.kind === "cost" ? Infinity : -Infinity;
    for (let i = 0; i < n; i++) {
      settle(value, grad.subarray(i * dim, (i + 1) * dim), i, never);
    }
  }

  get #out(): number {
    return this.#artifact.spec.head.kind === "linear" ? this.#network.h : this.#network.out;
  }

  /** The program for n points; pairs lie one x row after another. */
  #emit(n: number): Code {
    const code = new Code();
    const network = this.#network;
    const { trunk, fromTheta, theta, seen, joint, jointX, thetaGradient, headSlope } = network;
    const { spec } = this.#artifact;
    const count = n * this.#observations;
    for (let j = 0; j < this.#observations; j++) {
      const one = { at: rowsFrom(seen, j).at, ld: 0 };
      emitForward(code, n, fromTheta, theta, rowsFrom(trunk.first.z, j * n), { rows: one });
    }
    emitTrunk(code, trunk, { count, slopes: true, bends: 0 }, network.h);
    emitHead(code, spec, network, count);
    emitBackward(code, trunk, { count, slopes: true, bends: 0 });
    let adjoint = trunk.first.d;
    const { ld } = adjoint;
    if (spec.head.kind === "softplus") {
      code.emit(SCALE_ROWS, count, ld * 4, ld, joint.at, adjoint.at, headSlope, 0, 0);
      adjoint = joint;
    }
    if (this.#observations > 1) {
      code.emit(SUM_RUNS, n * ld, this.#observations, jointX.at, adjoint.at);
      adjoint = jointX;
    }
    emitInputGradient(code, n, fromTheta, adjoint, thetaGradient);
    return code;
  }

  /** Puts a program behind the arena. */
  #load({ words }: Code): void {
    const machine = this.#alive();
    const start = this.#network.arena.bytes;
    this.#end = start + words.length * 4;
    reserve(machine, this.#end);
    new Int32Array(machine.memory.buffer, start, words.length).set(words);
  }

  #run(): void {
    this.#alive().run(this.#network.arena.bytes, this.#end);
  }
}

/** A value that is no number becomes `never`; no gradient is known there, or where it is none. */
function settle(value: Float64Array, slopes: Float64Array, i: number, never: number): void {
  if (Number.isNaN(value[i]!)) value[i] = never;
  if (!Number.isFinite(value[i]!) || !slopes.every(Number.isFinite)) slopes.fill(0);
}
