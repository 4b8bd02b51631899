// A density estimator at work in an instance of the module: contexts, log densities, draws.

import {
  type Artifact,
  baseDraws,
  checkSpec,
  checkWeights,
  type DensitySpec,
  type Key,
  type Points,
  refuseMixed,
  type Scaling,
  type Standardisation,
  standardise,
  UnsupportedError,
} from "@likely/core";
import { Code } from "./_code.ts";
import type { DrawShape } from "./_draws.ts";
import { type Estimator, planEstimator } from "./_estimator.ts";
import { emitPacking, type Rows } from "./_layer.ts";
import { type Host, onRunner, type Runner } from "./_runner.ts";

/** Rows in one call, and conditions embedded in one; more take several calls. */
const MOST_ROWS = 512;
const MOST_EMBEDDED = 32;

/** An artifact whose network is a density. */
export interface DensityArtifact extends Artifact {
  readonly spec: DensitySpec;
}

/** Log densities of standardised rows, with slopes where they are asked for. */
export interface RowDensities {
  readonly value: Float64Array;
  /** `[n, D + C]`, where they are asked for: slopes in targets, then in contexts. */
  readonly slopes?: Float32Array;
}

/** Standardised rows, each beside its context. */
export interface DensityRows {
  readonly n: number;
  /** `[…, D]`, and which row of it row i is. */
  readonly targets: Float32Array;
  targetOf(i: number): number;
  /** `[…, C]`, and which row of it row i has. */
  readonly contexts: Float32Array;
  contextOf(i: number): number;
}

/** Requires an artifact of a density. */
export function requireDensity(artifact: Artifact): DensityArtifact {
  const { spec } = artifact;
  checkSpec(spec);
  if (spec.kind === "mixed") return refuseMixed();
  if (spec.kind !== "network") return { ...artifact, spec };
  throw new UnsupportedError("Cannot read a scalar network as a density: it has no target");
}

/** Prepares what `make` builds on a machine of its own. */
export function onDensityMachine<T>(
  host: Host,
  artifact: DensityArtifact,
  make: (machine: DensityMachine) => T,
): Promise<T> {
  checkWeights(artifact.spec, artifact.weights);
  return onRunner(host, (runner) => make(new DensityMachine(runner, artifact)));
}

/** How the sides of a density are standardised. */
function sidesOf(
  { theta, x }: Scaling,
  { target }: DensitySpec,
): Record<"target" | "condition", Standardisation> {
  return target === "theta" ? { target: theta, condition: x } : { target: x, condition: theta };
}

/** Owns a runner. */
export class DensityMachine implements Disposable {
  readonly spec: DensitySpec;
  /** How target and condition are standardised. */
  readonly by: Record<"target" | "condition", Standardisation>;
  #runner: Runner | undefined;
  /** Told after disposal too. */
  #name = "";
  readonly #estimator: Estimator;
  readonly #programs = new Map<string, Int32Array>();
  #loaded = "";

  constructor(runner: Runner, { spec, weights, scaling }: DensityArtifact) {
    this.#runner = runner;
    this.spec = spec;
    this.by = sidesOf(scaling, spec);
    // A likelihood is asked for its slopes in θ, its condition.
    const inputs = spec.target === "x";
    const most = { rows: MOST_ROWS, embedded: MOST_EMBEDDED };
    this.#estimator = planEstimator(spec, { ...most, training: false, inputs });
    const { arena, parameters, layers } = this.#estimator;
    runner.reserve(arena.bytes);
    arena.prepare(runner.memory);
    parameters.write(runner.memory, parameters.weights, weights);
    this.#run("packing", (code) => emitPacking(code, layers));
  }

  get name(): string {
    return this.#runner?.name ?? this.#name;
  }

  [Symbol.dispose](): void {
    this.#name = this.name;
    this.#runner?.[Symbol.dispose]();
    this.#runner = undefined;
  }

  /** `[m, C]`: conditions as the networks see them, standardised where nothing embeds them. */
  contexts(condition: Points): Float32Array {
    const rows = standardise(condition, this.by.condition);
    const { embedding, io: { context } } = this.#estimator;
    if (!embedding) return rows;
    const out = new Float32Array(condition.n * context);
    for (let first = 0; first < condition.n; first += MOST_EMBEDDED) {
      const n = Math.min(MOST_EMBEDDED, condition.n - first);
      this.#embed(
        rows.subarray(first * condition.dim, (first + n) * condition.dim),
        n,
        out.subarray(first * context),
      );
    }
    return out;
  }

  /** Embeds some rows. */
  #embed(rows: Float32Array, n: number, to: Float32Array): void {
    const { embedding } = this.#estimator;
    const { input, out } = embedding!;
    this.#put(rows, input);
    this.#run(`embed ${n}`, (code) => embedding!.forward(code, n));
    this.#get(out, to.subarray(0, n * out.width));
  }

  /**
   * `[m, condition]`: slopes in conditions, given those in their contexts `[m, C]`; in standardised
   * units both.
   */
  conditionSlopes(condition: Points, slopes: Float32Array): Float32Array {
    const { embedding, io: { context } } = this.#estimator;
    if (!embedding) return slopes;
    const rows = standardise(condition, this.by.condition);
    const { dim } = condition;
    const { input, inputAdjoint, adjoint } = embedding;
    for (let first = 0; first < condition.n; first += MOST_EMBEDDED) {
      const n = Math.min(MOST_EMBEDDED, condition.n - first);
      const own = rows.subarray(first * dim, (first + n) * dim);
      this.#put(own, input);
      this.#put(slopes.subarray(first * context, (first + n) * context), adjoint);
      this.#run(`embed back ${n}`, (code) => {
        embedding.forward(code, n);
        embedding.backward(code, n);
      });
      // Rows that are done with give way.
      this.#get(inputAdjoint!, own);
    }
    return rows;
  }

  /** Puts rows into the arena, and gets them back without what pads them there. */
  #put(from: Float32Array, { at, width, ld }: Rows): void {
    const to = new Float32Array(this.#alive().memory.buffer, at, from.length / width * ld);
    for (let k = 0; k < from.length; k += width) to.set(from.subarray(k, k + width), k / width * ld);
  }

  #get({ at, width, ld }: Rows, to: Float32Array): void {
    const from = new Float32Array(this.#alive().memory.buffer, at, to.length / width * ld);
    for (let k = 0; k < to.length; k += width) {
      to.set(from.subarray(k / width * ld, k / width * ld + width), k);
    }
  }

  /** Log densities of any number of rows. */
  evaluate(rows: DensityRows, gradient: boolean): RowDensities {
    const { io } = this.#estimator;
    const width = io.target + io.context;
    const value = new Float64Array(rows.n);
    const slopes = new Float32Array(gradient ? rows.n * width : 0);
    for (let first = 0; first < rows.n; first += MOST_ROWS) {
      const n = Math.min(MOST_ROWS, rows.n - first);
      this.#write(rows, first, n);
      this.#run(`${gradient ? "gradient" : "value"} ${n}`, (code) => this.#emit(code, n, gradient));
      value.set(new Float64Array(this.#alive().memory.buffer, io.values, n), first);
      if (gradient) this.#get({ ...io.adjoint, width }, slopes.subarray(first * width, (first + n) * width));
    }
    return gradient ? { value, slopes } : { value };
  }

  #write({ targets, targetOf, contexts, contextOf }: DensityRows, first: number, n: number): void {
    const { rows: { at, ld }, target, context } = this.#estimator.io;
    const out = new Float32Array(this.#alive().memory.buffer, at, n * ld);
    for (let i = 0; i < n; i++) {
      const to = i * ld;
      const [t, c] = [targetOf(first + i) * target, contextOf(first + i) * context];
      for (let j = 0; j < target; j++) out[to + j] = targets[t + j]!;
      for (let j = 0; j < context; j++) out[to + target + j] = contexts[c + j]!;
    }
  }

  #emit(code: Code, n: number, gradient: boolean): void {
    const { flow } = this.#estimator;
    code.rowByRow(n, () => {
      flow.forward(code, n, gradient ? 1 : undefined);
      if (gradient) flow.backward(code, n, { seed: 1, input: true });
    });
  }

  /** `[m · n, D]`: standardised draws, n for each of m contexts. */
  draw(key: Key | readonly Key[], n: number, contexts: Float32Array): Float32Array {
    const { target, context } = this.#estimator.io;
    const conditions = contexts.length / context;
    const { normal, share } = baseDraws(key, this.spec, n * conditions);
    const out = new Float32Array(normal.data.length);
    for (const { first, condition, ...shape } of chunks(conditions, n)) {
      const end = first + shape.conditions * shape.each;
      const { draws } = this.#estimator.flow;
      draws!.write(this.#alive().memory, {
        ...shape,
        normal: normal.data.subarray(first * target, end * target),
        share: share?.subarray(first, end),
        contexts: contexts.subarray(condition * context, (condition + shape.conditions) * context),
      });
      this.#run(`draw ${shape.conditions} ${shape.each}`, (code) => draws!.emit(code, shape));
      draws!.read(this.#alive().memory, out.subarray(first * target, end * target));
    }
    return out;
  }

  #alive(): Runner {
    if (this.#runner) return this.#runner;
    throw new TypeError("Cannot evaluate as the density must not be disposed of: current value is disposed");
  }

  /** Runs the program of this name, which is emitted when it is first asked for. */
  #run(name: string, emit: (code: Code) => void): void {
    const runner = this.#alive();
    if (this.#loaded !== name) {
      const known = this.#programs.get(name) ?? wordsOf(emit);
      this.#programs.set(name, known);
      runner.load(this.#estimator.arena.bytes, known);
    }
    this.#loaded = name;
    runner.run();
  }
}

function wordsOf(emit: (code: Code) => void): Int32Array {
  const code = new Code();
  emit(code);
  return Int32Array.from(code.words);
}

interface Chunk extends DrawShape {
  /** The first draw, and the first condition. */
  readonly first: number;
  readonly condition: number;
}

/** Whole conditions where several fit a call, or one condition in several calls. */
function* chunks(conditions: number, n: number): Generator<Chunk> {
  const together = Math.max(1, Math.floor(MOST_ROWS / n));
  for (let c = 0; c < conditions; c += together) {
    const some = Math.min(together, conditions - c);
    for (let i = 0; i < n; i += MOST_ROWS) {
      yield { first: c * n + i, condition: c, conditions: some, each: Math.min(MOST_ROWS, n - i) };
    }
  }
}
