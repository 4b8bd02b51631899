// A density estimator at work: contexts, log densities, draws.

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
import { type Caller, type Calls, numbersAt, type Region, regionOf } from "./_calls.ts";
import type { Code } from "./_code.ts";
import type { DrawShape } from "./_draws.ts";
import { roomiest } from "./_roomy.ts";
import { type Estimator, type EstimatorOptions, planEstimator } from "./_estimator.ts";
import { emitPacking, type Rows } from "./_layer.ts";

/** What fits one call; more takes several. */
interface Capacity {
  readonly rows: number;
  /** Conditions embedded in one. */
  readonly embedded: number;
}

/** What keeps caches happy, and where calls cost more than room does. */
const USUAL: Capacity = { rows: 512, embedded: 32 };
const ROOMY = { embedded: 256 } as const;

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

/** How the sides of a density are standardised. */
function sidesOf(
  { theta, x }: Scaling,
  { target }: DensitySpec,
): Record<"target" | "condition", Standardisation> {
  return target === "theta" ? { target: theta, condition: x } : { target: x, condition: theta };
}

/** A density estimator where calls are run. */
export class DensityMachine implements Disposable {
  readonly spec: DensitySpec;
  /** How target and condition are standardised. */
  readonly by: Record<"target" | "condition", Standardisation>;
  readonly #caller: Caller;
  readonly #most: Capacity;
  readonly #estimator: Estimator;

  private constructor(caller: Caller, { spec, scaling }: DensityArtifact, most: Capacity) {
    this.#caller = caller;
    this.#most = most;
    this.spec = spec;
    this.by = sidesOf(scaling, spec);
    this.#estimator = planEstimator(spec, evaluating(spec, most));
  }

  /** Makes one and packs its weights. */
  static *make(
    caller: Caller,
    artifact: DensityArtifact,
  ): Calls<DensityMachine> {
    const { spec, weights } = artifact;
    checkWeights(spec, weights);
    const machine = new DensityMachine(caller, artifact, capacityOf(spec, caller.room));
    const { arena, parameters, layers } = machine.#estimator;
    caller.settle(arena);
    parameters.write(caller.memory, parameters.weights, weights);
    yield {
      emit: (code) => emitPacking(code, layers),
      brings: [numbersAt(parameters.weights, parameters.count)],
      takes: [],
    };
    return machine;
  }

  get name(): string {
    return this.#caller.name;
  }

  [Symbol.dispose](): void {
    this.#caller[Symbol.dispose]();
  }

  /** `[m, C]`: conditions as the networks see them, standardised where nothing embeds them. */
  *contexts(condition: Points): Calls<Float32Array> {
    const rows = standardise(condition, this.by.condition);
    const { embedding, io: { context } } = this.#estimator;
    if (!embedding) return rows;
    const out = new Float32Array(condition.n * context);
    const { embedded } = this.#most;
    for (let first = 0; first < condition.n; first += embedded) {
      const n = Math.min(embedded, condition.n - first);
      const own = rows.subarray(first * condition.dim, (first + n) * condition.dim);
      const { input, out: to } = embedding;
      const brings = [this.#put(own, input)];
      const emit = (code: Code) => embedding.forward(code, n);
      yield { name: `embed ${n}`, emit, brings, takes: [regionOf(to, n)] };
      this.#get(to, out.subarray(first * context, (first + n) * context));
    }
    return out;
  }

  /**
   * `[m, condition]`: slopes in conditions, given those in their contexts `[m, C]`; in standardised
   * units both.
   */
  *conditionSlopes(condition: Points, slopes: Float32Array): Calls<Float32Array> {
    const { embedding, io: { context } } = this.#estimator;
    if (!embedding) return slopes;
    const rows = standardise(condition, this.by.condition);
    const { dim } = condition;
    const { embedded } = this.#most;
    const { input, adjoint } = embedding;
    const inputAdjoint = embedding.inputAdjoint!;
    for (let first = 0; first < condition.n; first += embedded) {
      const n = Math.min(embedded, condition.n - first);
      const own = rows.subarray(first * dim, (first + n) * dim);
      const ofContexts = slopes.subarray(first * context, (first + n) * context);
      const brings = [this.#put(own, input), this.#put(ofContexts, adjoint)];
      const takes = [regionOf(inputAdjoint, own.length / inputAdjoint.width)];
      const emit = (code: Code) => {
        embedding.forward(code, n);
        embedding.backward(code, n);
      };
      yield { name: `embed back ${n}`, emit, brings, takes };
      // Rows that are done with give way.
      this.#get(inputAdjoint, own);
    }
    return rows;
  }

  /** Puts rows into the arena, and gets them back without what pads them there. */
  #put(from: Float32Array, rows: Rows): Region {
    const { at, width, ld } = rows;
    const to = new Float32Array(this.#caller.memory.buffer, at, from.length / width * ld);
    for (let k = 0; k < from.length; k += width) to.set(from.subarray(k, k + width), k / width * ld);
    return regionOf(rows, from.length / width);
  }

  #get({ at, width, ld }: Rows, to: Float32Array): void {
    const from = new Float32Array(this.#caller.memory.buffer, at, to.length / width * ld);
    for (let k = 0; k < to.length; k += width) {
      to.set(from.subarray(k / width * ld, k / width * ld + width), k);
    }
  }

  /** Log densities of any number of rows. */
  *evaluate(rows: DensityRows, gradient: boolean): Calls<RowDensities> {
    const { io } = this.#estimator;
    const width = io.target + io.context;
    const value = new Float64Array(rows.n);
    const slopes = new Float32Array(gradient ? rows.n * width : 0);
    for (let first = 0; first < rows.n; first += this.#most.rows) {
      const n = Math.min(this.#most.rows, rows.n - first);
      this.#write(rows, first, n);
      yield {
        name: `${gradient ? "gradient" : "value"} ${n}`,
        emit: (code) => this.#emit(code, n, gradient),
        brings: [regionOf(io.rows, n)],
        takes: [numbersAt(io.values, 2 * n), ...gradient ? [regionOf(io.adjoint, n)] : []],
      };
      value.set(this.#caller.float64(io.values, n), first);
      if (gradient) this.#get({ ...io.adjoint, width }, slopes.subarray(first * width, (first + n) * width));
    }
    return gradient ? { value, slopes } : { value };
  }

  #write({ targets, targetOf, contexts, contextOf }: DensityRows, first: number, n: number): void {
    const { rows: { at, ld }, target, context } = this.#estimator.io;
    const out = new Float32Array(this.#caller.memory.buffer, at, n * ld);
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
  *draw(key: Key | readonly Key[], n: number, contexts: Float32Array): Calls<Float32Array> {
    const { target, context } = this.#estimator.io;
    const conditions = contexts.length / context;
    const { normal, share } = baseDraws(key, this.spec, n * conditions);
    const out = new Float32Array(normal.data.length);
    const draws = this.#estimator.flow.draws!;
    for (const { first, condition, ...shape } of chunks(conditions, n, this.#most.rows)) {
      const end = first + shape.conditions * shape.each;
      draws.write(this.#caller.memory, {
        ...shape,
        normal: normal.data.subarray(first * target, end * target),
        share: share?.subarray(first, end),
        contexts: contexts.subarray(condition * context, (condition + shape.conditions) * context),
      });
      yield {
        name: `draw ${shape.conditions} ${shape.each}`,
        emit: (code) => draws.emit(code, shape),
        brings: draws.brings(shape),
        takes: [draws.takes(shape)],
      };
      draws.read(this.#caller.memory, out.subarray(first * target, end * target));
    }
    return out;
  }
}

/** A likelihood is asked for its slopes in θ, its condition. */
function evaluating(spec: DensitySpec, most: Capacity): EstimatorOptions {
  return { ...most, training: false, inputs: spec.target === "x", roomy: most.embedded > USUAL.embedded };
}

function capacityOf(spec: DensitySpec, room: number): Capacity {
  if (room === 0) return USUAL;
  const { embedded } = ROOMY;
  const bytesOf = (rows: number) => planEstimator(spec, evaluating(spec, { rows, embedded })).arena.bytes;
  return { embedded, rows: roomiest(room, USUAL.rows, bytesOf) };
}

interface Chunk extends DrawShape {
  /** The first draw, and the first condition. */
  readonly first: number;
  readonly condition: number;
}

/** Whole conditions where several fit a call, or one condition in several calls. */
function* chunks(conditions: number, n: number, most: number): Generator<Chunk> {
  const together = Math.max(1, Math.floor(most / n));
  for (let c = 0; c < conditions; c += together) {
    const some = Math.min(together, conditions - c);
    for (let i = 0; i < n; i += most) {
      yield { first: c * n + i, condition: c, conditions: some, each: Math.min(most, n - i) };
    }
  }
}
